"""Tests that mount, run once more in namespaces where their user may.

All of a file run in one process, so that they share what its session sets up; each
then has here the report that it had there.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mounting import NAMESPACE

REPORTS = "PYTEST_REPORTS_OF_A_NAMESPACE"
FOREIGN = ("PYTEST_", "COV_")
Reports = dict[str, list[pytest.TestReport]]
_seen = pytest.StashKey[Reports]()


class Inside(pytest.Item):
    """A test that runs inside; outside it has no fixtures."""

    @classmethod
    def of(cls, item: pytest.Item) -> "Inside":
        """Return what stands in for a test."""
        made: Inside = cls.from_parent(item.parent, name=item.name)
        # Each has a limit of its own, inside.
        made.user_properties = item.user_properties
        made.own_markers = [pytest.mark.timeout(0).mark, *item.own_markers]
        return made

    def runtest(self) -> None:
        """Fail or skip as inside."""
        seen = self.config.stash.setdefault(_seen, {})
        if self.nodeid not in seen:
            seen |= _run_inside(self)
        for report in seen.get(self.nodeid, []):
            told = ((name, value) for name, value in report.user_properties)
            news = (pair for pair in told if pair not in self.user_properties)
            self.user_properties.extend(news)
            if report.skipped and isinstance(report.longrepr, tuple):
                pytest.skip(report.longrepr[2].removeprefix("Skipped: "))
            if report.failed:
                pytest.fail(report.longreprtext, pytrace=False)
        if self.nodeid not in seen:
            pytest.fail("it had no report inside", pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where it is."""
        return self.path, 0, self.name


def _run_inside(item: Inside) -> Reports:
    """Run what the item's file has inside; return the reports by test."""
    items = (each for each in item.session.items if isinstance(each, Inside))
    names = [each.nodeid for each in items if each.path == item.path]
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    kept = {n: text for n, text in os.environ.items() if not n.startswith(FOREIGN)}
    with TemporaryDirectory() as scratch:
        file = Path(scratch, "reports")
        done = subprocess.run(
            (*NAMESPACE, sys.executable, "-m", "pytest", *options, *names),
            cwd=item.config.rootpath,
            env={**kept, REPORTS: str(file)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not file.exists():
            pytest.fail(f"nothing ran inside:\n{done.stdout}", pytrace=False)
        return _read(item.config, file)


def _read(config: pytest.Config, file: Path) -> Reports:
    found: Reports = {}
    for line in file.read_text().splitlines():
        report = config.hook.pytest_report_from_serializable(
            config=config, data=json.loads(line)
        )
        found.setdefault(report.nodeid, []).append(report)
    return found


def keep_report(config: pytest.Config, report: pytest.TestReport) -> None:
    """Write a report down, inside, for the test outside."""
    if file := os.environ.get(REPORTS):
        data = config.hook.pytest_report_to_serializable(config=config, report=report)
        with open(file, "a") as lines:
            lines.write(json.dumps(data) + "\n")
