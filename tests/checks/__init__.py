"""Tests of the checks themselves, in throw-away clones."""
