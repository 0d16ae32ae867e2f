"""How checks ended, as a table, with what was left out and why."""

from collections import Counter
from collections.abc import Sequence

from pipeline.effects.actions import only_words
from rich.console import Console, Group
from rich.table import Column, Table
from rich.text import Text

from checks.running import ADVICE, Ended

LONGEST_WORDS = 40


def sum_up(
    console: Console, every: Sequence[Ended], seconds: float, *, is_ci: bool
) -> None:
    """Print all of them, ``seconds`` after the first began; the last line counts.

    Where the table is narrow results are cut; reasons are not.
    """
    fixed = (Column(name, no_wrap=True) for name in ("", "check", "group", "time"))
    table = Table(*fixed, Column("result", ratio=1), expand=True)
    signs = Counter[str]()
    for each in every:
        sign = _sign(each, is_ci=is_ci)
        time = "" if each.code is None else f"{each.seconds:.1f} s"
        table.add_row(sign, each.name, each.group, time, _result(each))
        signs[sign] += 1
    console.print(table)
    console.print(f"{seconds:.1f} s in all")
    counted = f"{signs['✓'] + signs['!']} passed, {signs['✗']} failed"
    console.print(counted + (f", {signs['–']} skipped" if signs["–"] else ""))


def _sign(ended: Ended, *, is_ci: bool) -> str:
    if ended.exit_code(is_ci=is_ci):
        return "✗"
    if ended.code is None:
        return "–"
    return "!" if ended.code else "✓"


def _result(ended: Ended) -> Group:
    """Return the cell of a result: one line, then each reason for which tests skip."""
    is_cut = ended.code is not None
    word = Text(_word(ended), no_wrap=is_cut, overflow="ellipsis" if is_cut else "fold")
    skips = (f"{number} skipped: {reason}" for reason, number in ended.skips.items())
    return Group(word, *(Text(only_words(skip), overflow="fold") for skip in skips))


def _word(ended: Ended) -> str:
    if ended.code is None:
        return f"not run: {only_words(ended.output)}"
    if ended.code:
        is_advice = ended.group == ADVICE
        return "advice, see above" if is_advice else f"failed ({ended.code}), see above"
    last = ended.output.rstrip().rpartition("\n")[2]
    return only_words(last.strip("= "))[:LONGEST_WORDS]
