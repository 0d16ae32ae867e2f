"""The operations, on real parts."""
