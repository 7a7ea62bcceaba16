"""Plain make_x(**overrides) functions, one module per package."""
