"""Histories: real git, journal, locks and use cases, driven by random operations."""
