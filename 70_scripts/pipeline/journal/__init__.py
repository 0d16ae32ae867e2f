"""The journal: the append-only record that every page and decision is derived from."""
