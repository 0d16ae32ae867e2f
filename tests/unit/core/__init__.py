"""Tests of the library's core."""
