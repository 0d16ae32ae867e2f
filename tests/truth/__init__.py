"""What the documentation tells people to type, typed; what it tells to mend, mended."""
