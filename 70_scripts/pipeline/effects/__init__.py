"""The only place that starts processes, opens HTTP or reads GITHUB_*."""
