"""The pages that are read off the repository."""
