"""The page that shows what finds a guard that is missing."""

from pathlib import Path

from tests.history.comparing import as_if_nothing_died
from tests.history.guards import GUARDS, MOST, caught_after
from tests.history.promises import CHECKS

PAGE = Path(__file__).resolve().parents[2] / "90_doc" / "source" / "mutations.md"
HEAD = "| promise | guard that was taken out | histories until it was missed |"


def lines(word: str = "") -> list[str]:
    """Take guards out in turn, and return the table of what was seen.

    Args:
        word: what the names of these guards hold.
    """
    table = [HEAD, "|---|---|---|"]
    for guard in (each for each in GUARDS if word in each.name):
        count = caught_after(guard)
        seen = str(count) if count else f"**not by {MOST}**"
        table.append(f"| {words(guard.promise)} | {guard.name} | {seen} |")
    return table


def words(promise: str) -> str:
    """Return the name of a promise as it is read."""
    return promise.replace("_", " ")


def named_in(page: str) -> list[tuple[str, str]]:
    """Return promise and guard of each row of a page's table."""
    rows = page.partition(HEAD)[2].splitlines()
    cells = [row.split("|") for row in rows if row.startswith("| ")]
    return [(row[1].strip().replace(" ", "_"), row[2].strip()) for row in cells]


def promises() -> list[str]:
    """Return what is looked for in every history."""
    sought = (*CHECKS, as_if_nothing_died)
    return [
        f"- *{words(check.__name__)}*: {(check.__doc__ or '').splitlines()[0]}"
        for check in sought
    ]
