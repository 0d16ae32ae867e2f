"""What people see of checks: as each ends a line, the log of a failure; then a table.

In a terminal the last line says what runs now; elsewhere there are plain lines only.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group
from rich.rule import Rule
from rich.status import Status
from rich.table import Column, Table
from rich.text import Text

from pipeline.effects.actions import only_words
from pipeline.operations.checking import Check
from pipeline.operations.scheduling import Ended

LONGEST_WORDS = 40


class Board:
    """Progress of checks on a console."""

    def __init__(self, console: Console, *, is_ci: bool = False) -> None:
        """Show on ``console``, from now on; where ``CI`` is set nothing is left out."""
        self._console = console
        self._is_ci = is_ci
        self._start = time.monotonic()
        self._status = Status("", console=console)

    def __enter__(self) -> "Board":
        """Begin to show what runs."""
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line of what runs away."""
        self._status.stop()

    def running(self, active: Sequence[Check], waiting: int) -> None:
        """Show what runs now and how many wait."""
        names = ", ".join(check.name for check in active)
        seconds = time.monotonic() - self._start
        self._status.update(Text(f"{names} · {waiting} waiting · {seconds:.0f} s"))

    def ended(self, ended: Ended) -> None:
        """Print how a check ended, at once with its log if it found something."""
        if ended.code and ended.output:
            self._console.print(Rule(Text(f"{self._sign(ended)} {ended.check.name}")))
            self._say(ended.output.rstrip("\n"))
        word = _word(ended)
        sign = self._sign(ended)
        self._say(f"{sign}  {ended.check.name:18} {_time(ended):>8}  {word}")

    def sum_up(self, every: Iterable[Ended]) -> None:
        """Print all of them as a table, with what was left out, and why.

        Where the table is narrow results are cut; reasons are not.
        """
        fixed = (Column(name, no_wrap=True) for name in ("", "check", "group", "time"))
        rest = Column("result", ratio=1, no_wrap=True, overflow="ellipsis")
        table = Table(*fixed, rest, expand=True)
        signs = Counter[str]()
        for ended in every:
            check, sign = ended.check, self._sign(ended)
            table.add_row(
                sign, check.name, check.group, Text(_time(ended)), _result(ended)
            )
            signs[sign] += 1
        self._console.print(table)
        self._say(f"{time.monotonic() - self._start:.1f} s in all")
        self._say(_counted(signs))

    def _say(self, text: str) -> None:
        self._console.print(Text(only_words(text)), soft_wrap=True)

    def _sign(self, ended: Ended) -> str:
        if ended.exit_code(is_ci=self._is_ci):
            return "✗"
        if ended.code is None:
            return "–"
        return "!" if ended.code else "✓"


def _counted(signs: Mapping[str, int]) -> str:
    """Say in one plain line how many there were of each end."""
    passed, failed, left_out = signs["✓"] + signs["!"], signs["✗"], signs["–"]
    line = f"{passed} passed, {failed} failed"
    return f"{line}, {left_out} skipped" if left_out else line


def _result(ended: Ended) -> Group:
    """Return the cell of a result: one line, then each reason for which tests skip."""
    word = Text(_word(ended), no_wrap=ended.code is not None)
    skips = (Text(str(skip), no_wrap=False, overflow="fold") for skip in ended.skips)
    return Group(word, *skips)


def _word(ended: Ended) -> str:
    if ended.code is None:
        return f"not run: {ended.output}"
    if ended.code and ended.check.is_advice:
        return "advice, see above"
    if ended.code:
        return f"failed ({ended.code}), see above"
    last = (ended.output.rstrip().splitlines() or [""])[-1].strip("= ")
    return last[:LONGEST_WORDS]


def _time(ended: Ended) -> str:
    return "" if ended.code is None else f"{ended.seconds:.1f} s"
