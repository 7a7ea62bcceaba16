"""Papers that prove what an organisation says of itself."""
