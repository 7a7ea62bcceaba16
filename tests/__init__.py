"""Tests: a mirror of the packages, and the laws of the whole."""
