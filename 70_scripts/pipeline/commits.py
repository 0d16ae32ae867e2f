"""The commits that people name on the command line of a script."""

import argparse

from pipeline import wiring
from pipeline.core.revision import Revision
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.errors import Refused
from pipeline.adapters.git_revisions import resolve
from pipeline.operations.environment import Environment

HELP = "the commit: a SHA (its beginning is enough), a tag, or origin/BRANCH"


def revision(text: str) -> Revision:
    """Return what was given on the command line for a commit."""
    try:
        return Revision(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def revision_or_none(text: str) -> Revision | None:
    """Return what was given for a commit; an empty text names none."""
    return revision(text) if text else None


def commit(pipeline: wiring.Pipeline, given: Revision) -> Sha:
    """Return the commit that was named, and say which where it was not in full.

    Raises:
        Refused: it names no commit, or more than one.
    """
    found = resolve(pipeline.store(), given)
    if str(found) != str(given):
        wiring.say(f"{given} is {found}")
    return found


def known_commit(pipeline: wiring.Pipeline, env: Environment, given: Revision) -> Sha:
    """Return the commit that was named; it is here, or was once deployed.

    Raises:
        Refused: it names none, more than one, or one that nobody here has ever seen.
    """
    found = commit(pipeline, given)
    if env.store.has(found) or env.journal.deployments.newest(env.name, found):
        return found
    try:
        env.store.fetch()
    except CommandFailed as trouble:
        wiring.say(f"{found.short} is not here, and nothing can be fetched: {trouble}")
        return found  # It may well exist: what is said of it is not to be lost.
    if env.store.has(found):
        return found
    seen = "it is not in the repository, also not after a fetch, nor was it deployed"
    raise Refused(f"finding the commit {found}", seen, "check the SHA, or push it")


def commit_or_none(pipeline: wiring.Pipeline, given: Revision | None) -> Sha | None:
    """Return the commit that was named, None if none was."""
    return commit(pipeline, given) if given else None
