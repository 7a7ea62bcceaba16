"""The lowest app: what every room needs and nothing that any room knows."""
