"""A pytest plugin that shows the fault table: class, case, the end that was seen, pass.

`70_scripts/run faults` loads it; the rows are those of ``rows.py``, and one that no
test tried is a failure like any other.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.rows import every_row

PAGE = Path(__file__).resolve().parents[2] / "90_doc" / "source" / "faults.md"
EVERY = 20  # rows between two lines of progress where there is no terminal
NOT_TRIED = "no test tried it"
BEFORE = "it ends before a script runs, as its test says"
HEAD = """# Faults

Each row is a fault that `70_scripts/run faults` brings about in a sandbox of real git,
a real journal, real processes and real scripts, and the end that was seen: what serves,
what `last-validated-sha.txt` holds, how the journal says that the newest deployment
ended, and what people were told last. *good* is the version that was validated before;
*A*, *B* … are the pushes of the test, in order.

"""

Row = tuple[str, str]


@dataclass(slots=True)
class Seen:
    """What the tests of one row came to."""

    ends: list[str] = field(default_factory=list)
    is_passed: bool = True
    is_tried: bool = False
    obstacle: str = ""

    @property
    def sign(self) -> str:
        """Return the row's last column."""
        if self.obstacle:
            return "–"
        return "✓" if self.is_passed and self.is_tried else "✗"

    @property
    def end(self) -> str:
        """Return the end that was seen."""
        seen = " / ".join(dict.fromkeys(self.ends))
        return self.obstacle or seen or (BEFORE if self.is_tried else NOT_TRIED)


class Table:
    """Gather the rows while the tests run, and show them at the end."""

    def __init__(self, config: pytest.Config) -> None:
        """Show the rows of the classes that were chosen."""
        chosen = str(config.getoption("--fault-class"))
        self._config = config
        self._rows = {row: Seen() for row in every_row() if chosen in row[0]}
        self._start = time.monotonic()
        self._shown = 0
        self._failures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of one test."""
        told = [value for name, value in report.user_properties if name == "fault"]
        rows = [self._rows[row] for row in _pairs(told) if row in self._rows]
        if report.failed:
            self._failures.append(f"{report.nodeid}\n{report.longreprtext}")
        for seen in rows:
            seen.is_tried = seen.is_tried or report.when == "call"
            seen.is_passed = seen.is_passed and not report.failed
            if report.skipped and isinstance(report.longrepr, tuple):
                seen.obstacle = str(report.longrepr[2])
            if report.when == "teardown":
                names = [str(v) for name, v in report.user_properties if name == "end"]
                seen.ends.extend(names)
        if report.when == "teardown":
            self._shown += 1
        if report.failed:
            self._show(f"✗ {report.nodeid}", is_passing=False)
        elif report.when == "teardown":
            self._progress()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Print the table; one row that failed, or was not tried, fails it."""
        if session.config.getoption("collectonly"):
            return
        for failure in self._failures:
            print(f"\n{failure}")
        wide = max((len(case) for _, case in self._rows), default=0)
        print(f"\n\n{'class':22} {'case':{wide}} pass  end")
        for (kind, case), seen in self._rows.items():
            print(f"{kind:22} {case:{wide}} {seen.sign}     {seen.end}")
        signs = [seen.sign for seen in self._rows.values()]
        spent = time.monotonic() - self._start
        well, badly, not_here = (signs.count(sign) for sign in "✓✗–")
        print(f"\n{well} of {len(signs)} cases end well, {badly} do not; {spent:.0f} s")
        if not_here:
            print(f"{not_here} could not be tried here: the table says why")
        if "✗" in signs:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif session.config.getoption("--publish-faults"):
            PAGE.write_text(HEAD + "\n".join(self._lines()) + "\n", encoding="utf-8")

    def _progress(self) -> None:
        spent = time.monotonic() - self._start
        failed = len(self._failures)
        line = f"{self._shown} cases tried, {failed} failed, {spent:.0f} s"
        self._show(line, is_passing=self._shown % EVERY != 0)

    def _show(self, line: str, *, is_passing: bool) -> None:
        """Show a line; one in passing only where the next can take its place."""
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None:
            return
        if reporter.isatty and is_passing:
            reporter.rewrite(line)
        elif not is_passing:
            reporter.write_line(line)

    def _lines(self) -> Iterable[str]:
        known = published()
        yield "| class | case | the end that was seen |"
        yield "|---|---|---|"
        for kind, case in every_row():
            seen = self._rows.get((kind, case))
            end = seen.end if seen else known.get((kind, cell(case)), NOT_TRIED)
            yield f"| {kind} | {cell(case)} | {cell(end)} |"


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus() -> tuple[str, str, str]:
    """Print no dots: the table shows its own progress."""
    return "", "", ""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what `faults.py` passes on."""
    parser.addoption("--fault-class", default="")
    parser.addoption("--publish-faults", action="store_true")


def pytest_configure(config: pytest.Config) -> None:
    """Show the table in the one process that hears of every test."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(config))


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave the tests of other classes out; write its rows on every other one.

    Raises:
        UsageError: a row has no test, or a test is of no row.
    """
    chosen = str(config.getoption("--fault-class"))
    known = set(every_row())
    marked = {mark.args for item in items for mark in item.iter_markers("fault")}
    if odd := marked ^ known:
        raise pytest.UsageError(f"rows without a test, or tests without a row: {odd}")
    kept = []
    for item in items:
        rows = [mark.args for mark in item.iter_markers("fault")]
        if any(chosen in str(row[0]) for row in rows):
            kept.append(item)
            item.user_properties.extend(("fault", row) for row in rows)
    items[:] = kept


def _pairs(told: Iterable[object]) -> Iterable[Row]:
    for row in told:
        if isinstance(row, tuple | list):
            kind, case = row
            yield str(kind), str(case)


def published() -> dict[Row, str]:
    """Return the ends that the page lists, by class and case as they stand there."""
    lines = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    rows = (line.strip("| ").split(" | ") for line in lines if line.startswith("| "))
    return {(row[0], row[1]): row[2] for row in rows if row[0] != "class"}


def cell(text: str) -> str:
    """Return a text as the page's table can hold it."""
    return text.replace("|", "¦").replace("<", "&lt;").replace("`", "'")
