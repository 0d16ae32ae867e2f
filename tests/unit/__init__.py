"""The library, part by part: real git, SQLite, processes and sockets, no waiting."""
