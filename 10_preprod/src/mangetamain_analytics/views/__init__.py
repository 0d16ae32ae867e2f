"""What visitors see: one module per page, each with a `show` function."""
