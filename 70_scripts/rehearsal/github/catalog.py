"""Find the workflows of a commit, and those of the default branch."""

from rehearsal.github.origin import Origin
from rehearsal.github.parsing import parse_workflow
from rehearsal.github.site import DEFAULT_REF
from rehearsal.github.workflow import Workflow, WorkflowError


class Catalog:
    """The workflow files in the repository.

    Attributes:
        disabled: The paths of those that somebody has switched off.
    """

    def __init__(self, origin: Origin) -> None:
        """Look into this repository."""
        self._origin = origin
        self.disabled: set[str] = set()

    def texts(self, sha: str) -> dict[str, str]:
        """Return the files of a commit that are switched on, by path, good or not."""
        texts = self._origin.workflow_texts(sha)
        return {path: texts[path] for path in texts if path not in self.disabled}

    def at(self, sha: str) -> list[tuple[Workflow, str]]:
        """Return the good ones of them, each with its text."""
        return _parsed(self.texts(sha))

    def default_head(self) -> str | None:
        """Return the newest commit of the default branch."""
        return self._origin.resolve(DEFAULT_REF)

    def current(self) -> tuple[Workflow, ...]:
        """Return the default branch's workflows, those that are switched off too."""
        head = self.default_head()
        texts = self._origin.workflow_texts(head) if head else {}
        return tuple(workflow for workflow, _ in _parsed(texts))


def _parsed(texts: dict[str, str]) -> list[tuple[Workflow, str]]:
    found = []
    for path, text in texts.items():
        try:
            found.append((parse_workflow(path, text), text))
        except WorkflowError:
            # A broken file is reported where it was pushed.
            continue
    return found
