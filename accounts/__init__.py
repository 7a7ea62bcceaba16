"""Who: people, organisations, roles, API keys. Knows nothing of money or algorithms."""
