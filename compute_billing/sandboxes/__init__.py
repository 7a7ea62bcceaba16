"""What lies in an organisation's sandbox: a small centre of its own, prices, play money."""
