"""Telling people once that GitHub redirects: the repository has a new name."""

from pipeline.core import messages
from pipeline.adapters.github import GitHub
from pipeline.operations.environment import Environment


def tell_moved(env: Environment, github: GitHub) -> None:
    """Tell that GitHub redirects, if it did and nobody was told so."""
    if not github.moved_to:
        return
    notice = messages.moved(github.repository, github.moved_to)
    env.say(f"GitHub redirects {github.repository} to {github.moved_to}")
    if not env.journal.notices.was_told(None, notice):
        env.journal.tell(None, notice)
