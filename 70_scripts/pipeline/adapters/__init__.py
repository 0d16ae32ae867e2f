"""One gateway per outside thing, its functions named for the question they answer."""
