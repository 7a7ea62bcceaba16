"""Offers of a role to whoever has an e-mail address."""
