"""Mangetamain Analytics: what a recipe site's recipes say about cooking."""
