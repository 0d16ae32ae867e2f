"""Tests of the library's strategies."""
