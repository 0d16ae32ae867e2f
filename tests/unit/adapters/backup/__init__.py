"""Backups, on a real file system."""
