"""Collects the models of every marketplace room, so that Django finds them. None yet."""
