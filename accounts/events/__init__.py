"""What the house tells the world outside: a small typed vocabulary, written with the effect."""
