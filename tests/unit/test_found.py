"""Promises of core, effects and journal that were found broken by these tests."""

import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from pipeline.core import messages
from pipeline.core.deployment import Outcome
from pipeline.core.settlement import OnNoVerdict, Situation, decide
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict
from pipeline.effects.http import Http, Unreachable
from pipeline.effects.processes import CommandFailed, run
from pipeline.journal.writer import Journal
from pipeline.adapters.supervisor import Supervisor

from tests.unit.site import Reply, Site
from tests.unit.specimens import A, B, C, an_order
from tests.unit.waiting import has_died, wait_until

PARENT_OF_STUBBORN = """
import os, signal
if not os.fork():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(os.getpid(), flush=True)
signal.pause()
"""


def test_deadline_covers_a_dripping_head(site: Site) -> None:
    """A server that drips its headers holds nobody beyond the deadline either."""
    site.answers("/a", Reply(body=b"x" * 2000, drip=0.05, drip_headers=True))
    start = time.monotonic()
    with pytest.raises(Unreachable):
        Http(through_proxy=False).ask("GET", f"{site.url}/a", timeout=0.2)
    assert time.monotonic() - start < 2000 * 0.05  # What the whole answer takes.


def test_timeout_does_not_wait_for_a_daemon(tmp_path: Path) -> None:
    """A child that left the session, as ssh's masters do, cannot hold the caller."""
    pid_file = tmp_path / "pid"
    script = f"setsid sleep 300 & echo $! > {pid_file}; exit 0"
    try:
        with suppress(CommandFailed):
            run(("sh", "-c", script), timeout=0.3)
        assert Path("/proc", pid_file.read_text().strip()).exists()
    finally:
        with suppress(ProcessLookupError):
            os.kill(int(pid_file.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("name", ["everyone", "here", "\teveryone"])
def test_actor_is_no_mention(name: str) -> None:
    """An author who calls himself everyone adds no mention to the notice."""
    text = messages.started(an_order(actor=name)).text
    assert not re.search(r"(?<!\\)@(everyone|here)\b", text)


def _last_validated(order: Sequence[Sha], start: Situation) -> Sha | None:
    known = start
    for sha in order:
        known = replace(known, verdicts={**known.verdicts, sha: Verdict.PASSED})
        plan = decide(known, OnNoVerdict.ROLLBACK)
        known = replace(known, validated=plan.validated)
    return known.validated


def test_pointer_does_not_depend_on_the_order_of_verdicts() -> None:
    """Also not where an old commit was deployed again after an unrelated one.

    A is B's ancestor and C is related to neither, as after a force-push that was
    taken back; they were deployed in the order B, C, A, and all of them pass.
    """
    start = Situation(A, None, (B, C, A), {}, frozenset({(A, B)}))
    ends = {_last_validated(order, start) for order in permutations((A, B, C))}
    assert len(ends) == 1


def test_stop_ends_stubborn_children(tmp_path: Path) -> None:
    """A child that ignores the polite signal does not outlive the app's end."""
    supervisor = Supervisor(tmp_path / "app.json", tmp_path / "log")
    descriptor = os.open(supervisor.log, os.O_WRONLY | os.O_CREAT)
    argv = (sys.executable, "-SE", "-c", PARENT_OF_STUBBORN)
    supervisor.start(argv, descriptor, tmp_path)
    wait_until(lambda: supervisor.log.read_text().endswith("\n"), "the child")
    child = int(supervisor.log.read_text())
    supervisor.stop()
    try:
        assert has_died(child, within=0.5)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_end_is_not_replaced(journal_file: Path, journal: Journal) -> None:
    """REPLACE, which deletes without saying so, is refused like an UPDATE."""
    deployment = journal.start(an_order(), None)
    journal.end(deployment, Outcome.FAILED, "why")
    with (
        closing(sqlite3.connect(journal_file)) as database,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        database.execute("REPLACE INTO outcome VALUES (1, 'validated', '', 0)")
