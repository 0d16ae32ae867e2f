"""Why no CI comes for a commit: its message asks for none, or the workflow's filters.

Both are read from the commit itself. It is only an expectation: a run that GitHub
lists all the same is the one that counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

import yaml

from pipeline.core.sha import Sha
from pipeline.core.skipping import NO_CI, asks_for_no_ci, not_started
from pipeline.core.workflow_filter import why_not_started
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git_store import Store

LARGEST = 1_000_000  # characters: no workflow file is larger


@dataclass(frozen=True, slots=True)
class CiTriggers:
    """What starts CI; ``previous`` returns what was deployed before a commit."""

    store: Store
    branch: str
    workflow: str
    previous: Callable[[Sha], Sha | None]

    def why_no_ci(self, sha: Sha) -> str:
        """Say why no CI comes for a commit, empty where it comes or nobody knows."""
        try:
            if asks_for_no_ci(self.store.message(sha)):
                return NO_CI
            why = self._filter(sha)
        except CommandFailed:
            return ""
        return not_started(self.workflow, why) if why else ""

    def _filter(self, sha: Sha) -> str:
        text = self.store.text(sha, f".github/workflows/{self.workflow}")
        if text is None or len(text) > LARGEST:
            return ""
        try:
            document = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError):
            return ""
        if not isinstance(document, dict):
            return ""
        # To YAML 1.1 the bare word is a truth value.
        triggers = document.get("on", document.get(True))
        return why_not_started(triggers, self.branch, self._changed(sha))

    def _changed(self, sha: Sha) -> tuple[str, ...] | None:
        """Return what the push changed, from what was deployed before or its parent."""
        base = self.previous(sha)
        if base is None or not self.store.is_ancestor_or_same(base, sha):
            base = self.store.parent(sha)
        return None if base is None else self.store.changed(base, sha)
