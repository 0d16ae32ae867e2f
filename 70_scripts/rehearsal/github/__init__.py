"""A GitHub on the loopback interface that runs real workflow files with act."""

from rehearsal.github.scripting import ScriptedRun
from rehearsal.github.server import GitHubServer

__all__ = ["GitHubServer", "ScriptedRun"]
