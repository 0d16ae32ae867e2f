"""The checks before a push: how ``noxfile.py``'s sessions run together, and of what.

None of it guards a deployment: it is no part of the pipeline's own versions on a VM.
"""

GROUPS = ("quality", "advice", "preprod", "prod", "pipeline", "infrastructure")
ON_REQUEST = ("stories",)
