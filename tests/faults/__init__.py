"""The fault table: each case driven through the scripts, looking at what serves."""
