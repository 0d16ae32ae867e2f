"""Pruning refs: commits that were pinned, and hand edits that were kept aside."""

from collections.abc import Collection, Iterable

from pipeline.core.sha import Sha
from pipeline.adapters.git_locks import writing
from pipeline.adapters.git_store import Store

DEPLOYED = "refs/deployed/"
# Hand edits of so many deployments of an environment are kept; a person has weeks.
MOST_KEPT = 50


def prune_deployed(store: Store, kept: Collection[Sha]) -> None:
    """Unpin the commits that nothing returns to; those on the branch stay anyway."""
    refs = store.ask("for-each-ref", "--format=%(refname)", DEPLOYED).text.split()
    _delete(store, (ref for ref in refs if ref.removeprefix(DEPLOYED) not in kept))


def prune_kept(store: Store, environment: str) -> None:
    """Forget the oldest hand edits of an environment, all but ``MOST_KEPT``."""
    command = ("for-each-ref", "--format=%(refname)", "--sort=-creatordate")
    refs = store.ask(*command, f"refs/kept/{environment}/").text.split()
    _delete(store, refs[MOST_KEPT:])


def _delete(store: Store, refs: Iterable[str]) -> None:
    with writing(store.path):
        for ref in refs:
            store.ask("update-ref", "-d", ref)
