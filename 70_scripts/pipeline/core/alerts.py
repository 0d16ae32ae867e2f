"""The texts of the health watch; what they have in common is in ``messages``."""

from collections.abc import Iterable

from pipeline.core.messages import Notice, problem
from pipeline.core.availability import Sighting
from pipeline.core.wording import escaped, one_line

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def down(seen: Sighting, attempts: int) -> Notice:
    """Say that an environment does not serve."""
    lines = (
        f"🔴 {seen.environment.upper()} - Down",
        f"Seen from {seen.vantage}, {attempts} times in a row",
        problem(seen.problem),
        f"URL: {one_line(seen.url)}",
    )
    return Notice("\n".join(lines), is_alert=True)


def up_again(seen: Sighting, seconds: float) -> Notice:
    """Say that an outage that was told is over, and how long it was."""
    lines = (
        f"🟢 {seen.environment.upper()} - Up again",
        f"Seen from {seen.vantage}, after {duration(seconds)}",
        f"URL: {one_line(seen.url)}",
    )
    return Notice("\n".join(lines), is_alert=True)


def duration(seconds: float) -> str:
    """Return seconds as people say them, in the two largest units."""
    left = max(round(seconds), 0)
    parts: list[str] = []
    for name, size in UNITS:
        count, left = divmod(left, size)
        if count or (name == "s" and not parts):
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def summary(sightings: Iterable[Sighting]) -> str:
    """Return what was seen as a table for a job's page."""
    rows = (
        f"| {seen.environment} | {seen.vantage} | {escaped(seen.words)} |"
        for seen in sightings
    )
    return "\n".join(("| environment | from | seen |", "|---|---|---|", *rows))
