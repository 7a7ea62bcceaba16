"""API keys as their organisation manages them: nobody gives what he does not have."""
