"""The JSON objects that GitHub's API answers with."""
