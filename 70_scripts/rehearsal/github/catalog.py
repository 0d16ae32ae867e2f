"""Find the workflows of a commit."""

from rehearsal.github.origin import Origin
from rehearsal.github.parsing import parse_workflow
from rehearsal.github.workflow import Workflow, WorkflowError


class Catalog:
    """The workflow files in the repository.

    Attributes:
        disabled: The paths of those that somebody has switched off.
    """

    def __init__(self, origin: Origin, default_ref: str) -> None:
        """Look into this repository."""
        self._origin, self._default_ref = origin, default_ref
        self.disabled: set[str] = set()

    def texts(self, sha: str) -> dict[str, str]:
        """Return the files of a commit, by path, whether they make sense or not."""
        return self._origin.workflow_texts(sha)

    def at(self, sha: str) -> list[tuple[Workflow, str]]:
        """Return the good workflows of a commit, each with its text."""
        found = []
        for path, text in self.texts(sha).items():
            try:
                found.append((parse_workflow(path, text), text))
            except WorkflowError:
                # A broken file is reported where it was pushed.
                continue
        return found

    def default_head(self) -> str | None:
        """Return the newest commit of the default branch."""
        return self._origin.resolve(self._default_ref)

    def current(self) -> tuple[Workflow, ...]:
        """Return the workflows of the default branch."""
        head = self.default_head()
        return tuple(workflow for workflow, _ in self.at(head)) if head else ()
