"""The outside world on one machine: stand-ins that the pipeline cannot tell apart."""
