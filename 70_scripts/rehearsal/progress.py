"""What is told while something is waited for: the seconds, and the jobs that run.

Owns the difference between a terminal, where one line is drawn over, and anything else,
where a line is added now and then.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

PERIOD = 15.0  # seconds between two added lines


@contextmanager
def progress(
    console: Console, what: str, running_jobs: Callable[[], Iterable[str]]
) -> Iterator[Callable[[float], None]]:
    """Give what is to be called, again and again, with the seconds that have passed."""

    def line(seconds: float) -> str:
        jobs = escape(", ".join(running_jobs()))
        return f"waiting {seconds:3.0f} s: {what}" + (f" · {jobs}" if jobs else "")

    if console.is_terminal:
        with console.status(line(0.0)) as status:
            yield lambda seconds: status.update(line(seconds))
        return
    told = 0.0

    def add(seconds: float) -> None:
        nonlocal told
        if seconds - told >= PERIOD:
            told = seconds
            console.print(f"   {line(seconds)}", highlight=False, soft_wrap=True)

    yield add
