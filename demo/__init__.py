"""The demonstration: a centre, its tenants and a month of their work, run through the system."""
