"""Telling of a failed CI whose commit no deployment stands for.

GitHub keeps one waiting job per concurrency group: of pushes in a burst some are never
deployed. Their verdict ends no deployment, so nothing else would tell it.
"""

from contextlib import suppress

from pipeline.core import messages
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git_store import Commit
from pipeline.operations.environment import Environment


def tell_of_undeployed(env: Environment, sha: Sha, judgement: Judgement) -> None:
    """Tell people of a verdict other than success, if ``sha`` was never deployed."""
    has_failed = judgement.is_final and judgement.verdict is not Verdict.PASSED
    if not has_failed or env.journal.deployments.newest(env.name, sha):
        return
    commit = Commit("", "")
    with suppress(CommandFailed):
        commit = env.store.commit(sha)
    author, subject = commit.author, commit.subject
    notice = messages.undeployed(env.name, sha, author, subject, judgement)
    if not env.journal.notices.was_last_told(notice):
        env.journal.tell(None, notice)
    if trouble := env.outbox.flush():
        env.say(trouble)
