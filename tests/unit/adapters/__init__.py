"""Tests of the library's adapters."""
