"""The part of GitHub's REST API that the pipeline needs."""
