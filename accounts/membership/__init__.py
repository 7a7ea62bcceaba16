"""Who belongs to an organisation, as what, and who is invited to."""
