"""The texts of the health watch; what they have in common is in ``messages``."""

from collections.abc import Iterable

from pipeline.core.messages import Notice, problem
from pipeline.core.watch import Sighting
from pipeline.core.wording import escaped, one_line


def down(seen: Sighting, attempts: int) -> Notice:
    """Say that an environment does not serve; its recovery is left to the journal."""
    lines = (
        f"🔴 {seen.environment.upper()} - Down",
        f"Seen from {seen.vantage}, {attempts} times in a row",
        problem(seen.problem),
        f"URL: {one_line(seen.url)}",
    )
    return Notice("\n".join(lines), is_alert=True)


def summary(sightings: Iterable[Sighting]) -> str:
    """Return what was seen as a table for a job's page."""
    rows = (
        f"| {seen.environment} | {seen.vantage} | {escaped(seen.words)} |"
        for seen in sightings
    )
    return "\n".join(("| environment | from | seen |", "|---|---|---|", *rows))
