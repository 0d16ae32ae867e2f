"""Backups: written whole or not at all, read back, and tried out before they count."""
