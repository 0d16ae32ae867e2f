"""The stories of `rehearse --fault NAME`: an outage each, and its promised end."""
