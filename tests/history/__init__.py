"""Histories: real git, journal, locks and operations, driven by random operations."""
