"""Years of deployments later, every question is answered as quickly."""

import sqlite3
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline.core.deployment import Deployment, Kind, Order, Outcome, Step
from pipeline.core.messages import Notice
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Run, Verdict
from pipeline.journal.database import open_database
from pipeline.journal.outbox import OutboxRows
from pipeline.journal.writer import Journal

from tests.unit.clock import FakeClock

SHAS = tuple(Sha(letter * 40) for letter in "abcde")
LARGE = ("deployment", "step", "outcome", "verdict", "notice", "delivery", "fact")
PLACES = st.tuples(
    st.sampled_from(SHAS), st.sampled_from(Kind), st.sampled_from((None, *SHAS))
)
EVENTS = st.lists(
    st.one_of(
        PLACES,  # Put up, of that kind, after a person had put something up by hand.
        st.sampled_from(SHAS),  # A re-run of its CI passed.
    ),
    max_size=12,
)


@pytest.fixture
def database(journal: Journal) -> sqlite3.Connection:
    """Return the connection of the test's journal."""
    return journal._database


def put_up(journal: Journal, sha: Sha, kind: Kind, by_hand: Sha | None) -> Deployment:
    """Record a deployment that was confirmed, and what it found put up by hand."""
    live = journal.deployments.live("preprod")
    order = Order("preprod", sha, kind)
    deployment = journal.start(order, live.sha if live else None)
    with journal.step(deployment, Step.KEEP, detail=lambda: by_hand or ""):
        pass
    for step in (Step.SWITCH, Step.CONFIRM):
        with journal.step(deployment, step):
            pass
    return deployment


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_one_version_is_told_as_among_all(
    events: list[object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What else was deployed does not change whether a version was taken away."""
    database = open_database(tmp_path_factory.mktemp("journal") / "journal.db")
    database.execute("PRAGMA synchronous = OFF")
    journal = Journal(database, FakeClock())
    for number, event in enumerate(events):
        if isinstance(event, tuple):
            put_up(journal, *event)
        else:
            run = Run(
                number, 2, Sha(str(event)), "push", "", "completed", "success", ""
            )
            journal.judge(Sha(str(event)), Judgement(Verdict.PASSED, "", run))
    together = journal.commits.withdrawn("preprod", SHAS)
    for sha in SHAS:
        alone = journal.commits.withdrawn("preprod", (sha,))
        assert alone == together & {sha}


def test_no_question_looks_at_everything(
    journal: Journal, database: sqlite3.Connection, clock: FakeClock
) -> None:
    """SQLite searches large tables by an index, or stops after the first rows."""
    asked: list[str] = []
    deployment = put_up(journal, SHAS[0], Kind.DEPLOY, None)
    journal.tell(deployment, Notice("live"))
    database.set_trace_callback(asked.append)
    ask_everything(journal, deployment)
    OutboxRows(database, clock).waiting()
    database.set_trace_callback(None)
    plans = {sql: plan_of(database, sql) for sql in asked if "SELECT" in sql}
    assert len(plans) > 20
    bad = [f"{sql} → {plan}" for sql, plan in plans.items() if scans(plan)]
    assert not bad, "\n".join(bad)


def ask_everything(journal: Journal, one: Deployment) -> None:
    """Ask what an operation may ask."""
    place, sha = "preprod", one.sha
    ask = journal.deployments
    for question in (ask.live, ask.last_step, ask.healthy, ask.open_on, ask.newest):
        question(place)
    ask.newest(place, sha), ask.newest_deploy(place), ask.previous_deploy(place, sha)
    ask.steps(one), ask.detail(one, Step.KEEP), ask.switches_between(place, 0, 1)
    ask.rollback_of(one), ask.failed_rollbacks(one), ask.outcome(one), ask.get(one.id)
    commits = journal.commits
    commits.validated(), commits.validations(3), commits.was_validated(sha)
    commits.validation(sha), commits.why_bad(place, sha), commits.judgement(sha)
    commits.lineage(place, sha), commits.was_without_verdict(sha)
    commits.proved(place, sha), commits.verdicts((sha,))
    journal.notices.was_last_told(Notice("x")), journal.notices.was_told(
        one, Notice("x")
    )
    journal.age(one), journal.judge(sha, Judgement(Verdict.FAILED, "CI failed"))
    journal.start(replace(one.order, kind=Kind.ROLLBACK), None)
    journal.end(one, Outcome.VALIDATED, "")


def plan_of(database: sqlite3.Connection, sql: str) -> list[str]:
    """Return how SQLite answers a question."""
    rows = database.execute(f"EXPLAIN QUERY PLAN {sql}")
    return [str(row["detail"]) for row in rows]


def scans(plan: list[str]) -> bool:
    """Tell whether a large table is walked through; few rows are in a partial index."""
    words = [line.split() for line in plan if not line.endswith("INDEX step_found")]
    return any(
        len(line) > 1
        and line[0] == "SCAN"
        and line[1].rstrip("s") in (*LARGE, *"dsnov")
        for line in words
    )


def test_the_marks_move_and_hide_nothing(
    journal: Journal, database: sqlite3.Connection
) -> None:
    """Up to a mark everything has ended; what is open stays found, however old."""
    made = [
        journal.start(Order("preprod", SHAS[0], Kind.DEPLOY), None) for _ in "1" * 99
    ]
    still_open = made[40]
    for one in made:
        if one is not still_open:
            journal.end(one, Outcome.SUPERSEDED, "")
    query = "SELECT row FROM ended_before ORDER BY id DESC LIMIT 1"
    assert database.execute(query).fetchone()["row"] == still_open.id - 1
    assert journal.deployments.open_on("preprod") == [still_open]
    journal.end(still_open, Outcome.SUPERSEDED, "")
    later = [
        journal.start(Order("preprod", SHAS[0], Kind.DEPLOY), None) for _ in "1" * 40
    ]
    for one in later:
        journal.end(one, Outcome.SUPERSEDED, "")
    assert database.execute(query).fetchone()["row"] > still_open.id
    assert journal.deployments.open_on("preprod") == []


def test_a_later_pipelines_step_is_left_out(
    journal: Journal, database: sqlite3.Connection
) -> None:
    """While the next version is adopted, this one reads what that one writes."""
    deployment = put_up(journal, SHAS[0], Kind.DEPLOY, None)
    values = "(deployment, name, is_done, at) VALUES (?, 'from the future', 1, 0)"
    database.execute(f"INSERT INTO step {values}", (deployment.id,))
    assert {step for step, *_ in journal.deployments.steps(deployment)} <= set(Step)
    assert journal.deployments.live("preprod") == deployment
