"""Tests of the library's effects."""
