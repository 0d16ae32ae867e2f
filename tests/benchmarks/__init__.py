"""Measurements, each a command: nothing here is a test."""
