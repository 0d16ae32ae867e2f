"""Tests of the library's gateways."""
