"""From what people type to the one commit that it names.

A name is looked up as a ref or as the beginning of an id, and nothing else of git's
revision syntax is passed on: what could be an option, a range or a path is refused
before git sees it. https://git-scm.com/docs/gitrevisions
"""

import re
from collections.abc import Iterable
from contextlib import suppress

from pipeline.core.revision import Revision
from pipeline.core.sha import FULL, Sha
from pipeline.effects.processes import CommandFailed
from pipeline.errors import Refused
from pipeline.adapters.git_store import Store

HEXADECIMAL = re.compile(r"[0-9a-fA-F]{4,40}\Z")
NAMESPACES = ("refs/", "refs/tags/", "refs/heads/", "refs/remotes/")
ORIGIN = "refs/remotes/origin/"
MOST_SHOWN = 5


def resolve(store: Store, revision: Revision) -> Sha:
    """Return the commit that a revision names, fetching what is not here yet.

    Raises:
        Refused: it names no commit, or more than one.
    """
    if FULL.match(revision):
        # Whether a full id is known here is for whoever uses it to ask.
        return _commit(store, revision) or Sha(revision)
    found = _commits(store, revision) if HEXADECIMAL.match(revision.base) else set()
    if not found:
        # What a name stands for may have moved at origin since.
        with suppress(CommandFailed):
            store.fetch()
        with suppress(CommandFailed):
            store.fetch_tags()
        found = _commits(store, revision)
    if len(found) == 1:
        return found.pop()
    raise _refusal(revision, sorted(found))


def _commits(store: Store, revision: Revision) -> set[Sha]:
    names = {*_refs(store, revision.base), *_objects(store, revision.base)}
    commits = (_commit(store, name + revision.suffix) for name in names)
    return {commit for commit in commits if commit}


def _refs(store: Store, name: str) -> Iterable[str]:
    own = (name,) if name.startswith("refs/") else ()
    for ref in (*own, *(space + name for space in NAMESPACES), ORIGIN + name):
        found = store.ask("show-ref", "--verify", "--hash", ref, allowed=(0, 1, 128))
        if found.code == 0:
            yield found.text


def _objects(store: Store, prefix: str) -> Iterable[str]:
    if not HEXADECIMAL.match(prefix):
        return ()
    option = f"--disambiguate={prefix.lower()}"
    return store.ask("rev-parse", option, allowed=(0, 128)).text.split()


def _commit(store: Store, name: str) -> Sha | None:
    command = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    found = store.ask(*command, f"{name}^{{commit}}", allowed=(0, 1, 128))
    return Sha(found.text) if found.code == 0 and FULL.match(found.text) else None


def _refusal(revision: Revision, found: list[Sha]) -> Refused:
    attempted = f"finding the commit {revision!r}"
    if found:
        several = ", ".join(found[:MOST_SHOWN])
        return Refused(attempted, f"it may be {several}", "name one of them in full")
    seen = "there is none of that name here, also not after a fetch"
    return Refused(attempted, seen, "push it, or name another: `git log` shows them")
