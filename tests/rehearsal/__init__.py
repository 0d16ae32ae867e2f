"""The loopback GitHub and Discord, held against the real ones' rules."""
