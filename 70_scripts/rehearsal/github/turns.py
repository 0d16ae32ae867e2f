"""Let runs of the same concurrency group take turns.

Owns GitHub's rule: one runs, one waits, a newer one takes the waiting one's place;
`queue: max` keeps every one, `cancel-in-progress` ends the running one. Decides only:
starting and cancelling is up to the caller. A job's own group is held by its whole
run: one call of act performs all jobs, so a single one cannot be made to wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rehearsal.github.expressions import ExpressionError, evaluate, interpolate
from rehearsal.github.values import Value, is_true
from rehearsal.github.workflow import Concurrency, Workflow, WorkflowError

QUEUE_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Group:
    """A concurrency group as one run asks for it."""

    name: str
    cancels_running: bool = False
    keeps_all: bool = False

    @property
    def key(self) -> str:
        """Return the name as GitHub compares it: without regard to case."""
        return self.name.casefold()


@dataclass(frozen=True, slots=True)
class Decision:
    """What has to happen now, by run id."""

    start: tuple[int, ...] = ()
    drop: tuple[int, ...] = ()
    interrupt: tuple[int, ...] = ()


def groups_of(workflow: Workflow, known: Mapping[str, Value]) -> tuple[Group, ...]:
    """Return the groups of a workflow and of its jobs, each once.

    Raises:
        WorkflowError: A group's name cannot be evaluated.
    """
    wanted = (workflow.concurrency, *(job.concurrency for job in workflow.jobs))
    try:
        groups = [_group(one, known) for one in wanted if one is not None]
    except ExpressionError as error:
        raise WorkflowError(f"{workflow.path}: concurrency: {error}") from error
    return tuple({group.key: group for group in reversed(groups)}.values())


@dataclass(slots=True)
class Turns:
    """Who runs and who waits, in every group."""

    _holders: dict[str, int] = field(default_factory=dict)
    _waiting: dict[int, tuple[Group, ...]] = field(default_factory=dict)

    def enter(self, run_id: int, groups: tuple[Group, ...]) -> Decision:
        """Ask for a turn in all groups at once."""
        drop = self._displaced_by(groups)
        for loser in drop:
            del self._waiting[loser]
        interrupt = tuple(
            self._holders[group.key]
            for group in groups
            if group.cancels_running and group.key in self._holders
        )
        self._waiting[run_id] = groups
        return Decision(self._admitted(), drop, interrupt)

    def leave(self, run_id: int) -> Decision:
        """Give up a turn, or the wait for one."""
        self._waiting.pop(run_id, None)
        for key in [key for key, holder in self._holders.items() if holder == run_id]:
            del self._holders[key]
        return Decision(self._admitted())

    def _displaced_by(self, groups: tuple[Group, ...]) -> tuple[int, ...]:
        displaced: set[int] = set()
        for group in groups:
            rivals = [
                run_id
                for run_id, wanted in self._waiting.items()
                if group.key in {other.key for other in wanted}
            ]
            spare = QUEUE_LIMIT - 1 if group.keeps_all else 0
            displaced.update(rivals[: max(0, len(rivals) - spare)])
        return tuple(sorted(displaced))

    def _admitted(self) -> tuple[int, ...]:
        admitted, spoken_for = [], set(self._holders)
        for run_id, groups in self._waiting.items():
            keys = {group.key for group in groups}
            if not keys & spoken_for:
                admitted.append(run_id)
                self._holders.update(dict.fromkeys(keys, run_id))
            # Whoever waits longer keeps its place in all of its groups.
            spoken_for |= keys
        for run_id in admitted:
            del self._waiting[run_id]
        return tuple(admitted)


def _group(wanted: Concurrency, known: Mapping[str, Value]) -> Group:
    cancels = wanted.cancel_in_progress
    if isinstance(cancels, str):
        inner = cancels.strip().removeprefix("${{").removesuffix("}}")
        cancels = is_true(evaluate(inner, known))
    return Group(interpolate(wanted.group, known), bool(cancels), wanted.keeps_all)
