"""Webhooks: what happens is told to an organisation's own programs, signed and until they hear."""
