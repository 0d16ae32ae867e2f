"""Keep pull requests: opened, pushed to, merged.

Owns the trial merge that their workflows run on, and the merge into the base. Both are
made by git itself, in the origin. Refuses forks: there is one repository.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rehearsal.github.inputs import InputError
from rehearsal.github.ledger import Ledger
from rehearsal.github.origin import Origin
from rehearsal.github.pushes import Push


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull request; ``trial`` is its head merged into its base, if that works."""

    number: int
    id: int
    title: str
    head: str
    base: str
    head_sha: str
    base_sha: str
    trial: str | None
    created_at: float
    updated_at: float
    merged_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be pushed to and merged."""
        return self.merged_at is None


class Pulls:
    """Every pull request of the repository."""

    def __init__(
        self,
        origin: Origin,
        ledger: Ledger,
        on_change: Callable[[Pull, str], None],
        on_push: Callable[[Push], None],
    ) -> None:
        """Tell of each change with its action's name, and of the push of a merge."""
        self._origin, self._ledger = origin, ledger
        self._on_change, self._on_push = on_change, on_push
        self._pulls: dict[int, Pull] = {}

    def all(self) -> tuple[Pull, ...]:
        """Return every pull request, the newest first."""
        return tuple(self._pulls.values())[::-1]

    def get(self, number: int) -> Pull | None:
        """Return one pull request, if there is one of that number."""
        return self._pulls.get(number)

    def open(self, title: str, head: str, base: str) -> Pull:
        """Ask for a branch to be merged into another one.

        Raises:
            InputError: there is nothing to merge.
        """
        head_sha, base_sha = self._sha(head), self._sha(base)
        if not head_sha or not base_sha:
            raise InputError(f"no such branch: {base if head_sha else head}")
        if not self._origin.commits_between(base_sha, head_sha):
            raise InputError(f"No commits between {base} and {head}")
        number, now = len(self._pulls) + 1, self._ledger.clock()
        pull = Pull(
            number=number,
            id=self._ledger.new_id(),
            title=title,
            head=head,
            base=base,
            head_sha=head_sha,
            base_sha=base_sha,
            trial=None,
            created_at=now,
            updated_at=now,
        )
        return self._changed(pull, "opened")

    def pushed(self, push: Push) -> None:
        """Bring the pull requests of a pushed branch up to date."""
        for pull in self.all():
            if pull.is_open and push.ref == f"refs/heads/{pull.head}":
                self._changed(replace(pull, head_sha=push.after), "synchronize")

    def merge(self, pull: Pull) -> Pull:
        """Merge a pull request; its base gets the merge as a push.

        Raises:
            InputError: it was merged before, or has conflicts.
        """
        base_sha = self._sha(pull.base) or pull.base_sha
        title = f"Merge pull request #{pull.number} from {pull.head}\n\n{pull.title}"
        merge = self._origin.merge(base_sha, pull.head_sha, title)
        if not pull.is_open or merge is None:
            raise InputError("Pull Request is not mergeable")
        now, ref = self._ledger.clock(), f"refs/heads/{pull.base}"
        self._origin.set_ref(ref, merge)
        merged = replace(pull, trial=merge, merged_at=now, updated_at=now)
        self._pulls[pull.number] = merged
        self._on_push(Push(now, base_sha, merge, ref))
        self._on_change(merged, "closed")
        return merged

    def _changed(self, pull: Pull, action: str) -> Pull:
        base_sha = self._sha(pull.base) or pull.base_sha
        title = f"Merge {pull.head_sha} into {base_sha}"
        trial = self._origin.merge(base_sha, pull.head_sha, title)
        if trial:
            self._origin.set_ref(f"refs/pull/{pull.number}/merge", trial)
        now = self._ledger.clock()
        new = replace(pull, base_sha=base_sha, trial=trial, updated_at=now)
        self._pulls[pull.number] = new
        self._on_change(new, action)
        return new

    def _sha(self, branch: str) -> str | None:
        return self._origin.resolve(f"refs/heads/{branch}")
