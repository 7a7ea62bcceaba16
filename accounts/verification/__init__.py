"""Whether an organisation is who it says: a draft in steps, a snapshot, an officer's decision."""
