"""A throw-away VM for tests: real git, real journal, real scripts, a quick real app."""
