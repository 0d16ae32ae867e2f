"""The checks before a push."""
