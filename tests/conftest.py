"""What holds for all suites: nothing is skipped where CI is set, and who may mount."""

import os
from random import randrange
from typing import TypeVar

import pytest
from checks.skips import is_allowed

from tests.inside import Inside, keep_report
from tests.mounting import NOBODY, Mounts, mounts, namespace
from tests.rehearsal.described import only_described_requests

__all__ = ["only_described_requests"]

# Each run of CI draws other histories; xdist's workers inherit this process's draw.
if "CI" in os.environ:
    os.environ.setdefault("HISTORY_SEED", str(randrange(1_000_000)))

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(name="mounts")
def _mounts() -> Mounts:
    """Return how this test mounts file systems."""
    found = mounts()
    if found is None:
        pytest.skip(NOBODY)
    return found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what mounts run inside of namespaces, where only there it may."""
    needs = [item for item in items if "mounts" in getattr(item, "fixturenames", ())]
    if needs and namespace():
        items[:] = [Inside.of(each) if each in needs else each for each in items]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> "object":
    """Turn a skipped test into a failed one where CI is set."""
    report = _judged((yield))
    if isinstance(report, pytest.TestReport):
        keep_report(item.config, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> "object":
    """Turn a skipped module into a failed one where CI is set."""
    return _judged((yield))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to draw the same histories again."""
    if seed := os.environ.get("HISTORY_SEED"):
        terminalreporter.write_line(f"histories were drawn with HISTORY_SEED={seed}")


def _judged(report: Report) -> Report:
    is_skipped = report.outcome == "skipped" and not hasattr(report, "wasxfail")
    if is_skipped and "CI" in os.environ:
        told = report.longrepr
        reason = str(told[2] if isinstance(told, tuple) else told)
        if not is_allowed(reason.removeprefix("Skipped: ")):
            report.outcome = "failed"
            report.longrepr = f"{reason}\nNothing may be skipped where CI is set."
    return report
