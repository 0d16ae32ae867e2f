"""The first table of operations names every notice that may come."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest
from pipeline.core import alerts, messages
from pipeline.core.deployment import Kind, Order, Outcome
from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.core.availability import Sighting, Vantage

from tests.truth.troubles import OPERATIONS

A = Sha("a" * 40)
HEAD = "| title | what it says, and what to do | type |"
# Its title is what a workflow calls it with.
FREE = ("of_job",)


def specimens(hint: Any, kind: Kind) -> Any:
    """Return a value for an argument of a notice."""
    values = {
        Order: Order("prod", A, kind),
        Judgement: Judgement(Verdict.FAILED, "why"),
        Sighting: Sighting("prod", "https://x", Vantage.INSIDE, False, "why"),
        Outcome: Outcome.FAILED,
        str: "x",
        float: 1.0,
        int: 1,
        bool: True,
    }
    if "Sha" in str(hint):
        return A
    return values.get(hint, ())


def made(function: Callable[..., Notice]) -> Iterator[str]:
    """Yield the first lines that a function may begin its notice with."""
    hints = get_type_hints(function)
    hints.pop("return")
    flags = [name for name, hint in hints.items() if hint is bool]
    optional = [
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.default is not inspect.Parameter.empty
    ]
    for kind in Kind:
        whole = {name: specimens(hint, kind) for name, hint in hints.items()}
        least = {name: it for name, it in whole.items() if name not in optional}
        for given in (whole, least, {**whole, **dict.fromkeys(flags, False)}):
            yield function(**given).text.partition("\n")[0]


def notices() -> list[tuple[str, str]]:
    """Return every first line that the library has, with its function's name."""
    return sorted(
        {
            (name, line)
            for module in (messages, alerts)
            for name, function in vars(module).items()
            if inspect.isfunction(function)
            and function.__module__ == module.__name__
            and not name.startswith("_")
            and name not in FREE
            and get_type_hints(function).get("return") is Notice
            for line in made(function)
        }
    )


def rows() -> list[str]:
    """Return the titles of the table; an ellipsis stands for anything."""
    table = OPERATIONS.read_text().partition(HEAD)[2].partition("\n\n")[0]
    return re.findall(r"`([^`]+)`", " ".join(re.findall(r"(?m)^\| (.+?) \|", table)))


@pytest.mark.parametrize(("name", "line"), notices())
def test_every_title_says_what_to_do(name: str, line: str) -> None:
    """Whoever is woken by a notice finds its title in the table."""
    title = line.partition(" - ")[2] or line
    patterns = [re.escape(row).replace("…", ".+") for row in rows()]
    assert any(re.fullmatch(pattern, title) for pattern in patterns), (name, title)


def test_the_table_comes_first() -> None:
    """Nothing stands before it that somebody at 3 a.m. would have to read."""
    assert OPERATIONS.read_text().index(HEAD) < 1000
    assert len(rows()) > 15
