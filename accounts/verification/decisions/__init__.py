"""What officers decide, each decision once and for ever."""
