"""Published subsidy programmes in plain words, for everybody."""
