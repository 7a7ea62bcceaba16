"""Ledgers of others, measured beside ours where they are installed for the run."""
