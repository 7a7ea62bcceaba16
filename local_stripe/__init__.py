"""A small strict Stripe for development, tests and the demonstration: a process of its own."""
