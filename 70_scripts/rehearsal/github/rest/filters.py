"""Choose the runs that a list asks for.

Owns the meaning of each filter. An empty filter filters nothing; a SHA has to be
whole to match.
"""

from collections.abc import Iterable, Mapping

from rehearsal.github.payloads.common import moment
from rehearsal.github.rest.errors import Refusal
from rehearsal.github.runs import Run

# Statuses and conclusions share one filter.
_STATES = {
    "action_required",
    "cancelled",
    "completed",
    "failure",
    "in_progress",
    "neutral",
    "pending",
    "queued",
    "requested",
    "skipped",
    "stale",
    "startup_failure",
    "success",
    "timed_out",
    "waiting",
}


def filtered(
    runs: Iterable[Run], query: Mapping[str, str], now: float
) -> tuple[Run, ...]:
    """Return the runs that a list shows now, in their order."""
    if (state := query.get("status")) and state not in _STATES:
        raise Refusal(422, f"Invalid value for status: {state}")
    return tuple(run for run in runs if run.listed_at <= now and _fits(run, query))


def _fits(run: Run, query: Mapping[str, str]) -> bool:
    wanted = {
        "head_sha": run.sha,
        "event": run.trigger.event,
        "branch": run.trigger.branch,
        "actor": run.trigger.actor,
    }
    if any(query.get(name) not in (None, "", own) for name, own in wanted.items()):
        return False
    state = query.get("status")
    if state and state not in (run.status, run.conclusion):
        return False
    return _is_created(moment(run.created_at) or "", query.get("created", ""))


def _is_created(created: str, wanted: str) -> bool:
    """Tell whether a moment is in a range such as `>=2026-01-01` or `A..B`."""
    if ".." in wanted:
        low, high = wanted.split("..", 1)
        return (low in ("", "*") or created >= low) and (
            high in ("", "*") or created[: len(high)] <= high
        )
    for sign in (">=", "<=", ">", "<"):
        if wanted.startswith(sign):
            limit = wanted.removeprefix(sign)
            own = created[: len(limit)]
            results = {">=": own >= limit, "<=": own <= limit}
            return (results | {">": own > limit, "<": own < limit})[sign]
    return created.startswith(wanted)
