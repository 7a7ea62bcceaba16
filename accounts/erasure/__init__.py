"""A person's right to be forgotten, as far as the books allow it (docs/personal-data.md)."""
