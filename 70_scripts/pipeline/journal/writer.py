"""The journal: what happened, each fact in one transaction with the notice of it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from pipeline.core.deployment import Deployment, Order, Outcome, Step
from pipeline.core.messages import Notice, ended
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement
from pipeline.effects.clock import Clock
from pipeline.journal.database import transaction
from pipeline.journal.commits import Commits
from pipeline.journal.deployments import Deployments
from pipeline.journal.outbox import Notices


class Journal:
    """Write facts; what they add up to is asked of its parts."""

    def __init__(self, database: sqlite3.Connection, clock: Clock) -> None:
        """Write to an open database."""
        self.deployments = Deployments(database)
        self.commits = Commits(database)
        self.notices = Notices(database)
        self._database = database
        self._clock = clock

    def start(
        self, order: Order, rollback_point: Sha | None, notice: Notice | None = None
    ) -> Deployment:
        """Record that a deployment begins."""
        now = self._clock.now()
        with self._transaction():
            id_ = self._insert(
                "deployment",
                environment=order.environment,
                sha=order.sha,
                kind=order.kind,
                rollback_point=rollback_point,
                actor=order.actor,
                subject=order.subject,
                run_url=order.run_url,
                cause=order.cause,
                at=now,
                reason=order.reason,
            )
            if order.author:
                self._insert("authorship", deployment=id_, author=order.author)
            began = self._clock.since_boot()
            self._insert(
                "moment", deployment=id_, boot=began.boot, seconds=began.seconds
            )
            self._tell(id_, notice)
        return Deployment(id_, order, rollback_point, now)

    def age(self, deployment: Deployment) -> float:
        """Return the seconds since a deployment began, whatever became of the date.

        After a reboot, and of one that an older pipeline began, the dates have to do; a
        clock that was set back since makes it young again, never negative.
        """
        row = self._database.execute(
            "SELECT boot, seconds FROM moment WHERE deployment = ?", (deployment.id,)
        ).fetchone()
        now = self._clock.since_boot()
        if row and row["boot"] == now.boot:
            return max(now.seconds - float(row["seconds"]), 0.0)
        return max(self._clock.now() - deployment.started_at, 0.0)

    @contextmanager
    def step(
        self,
        deployment: Deployment,
        step: Step,
        notice: Callable[[], Notice | None] = lambda: None,
        detail: Callable[[], str] = str,
    ) -> Iterator[None]:
        """Record a step before it begins and, unless it fails, after it is done.

        Args:
            deployment: whose step it is.
            step: which one.
            notice: makes, when the step is done, the notice of it.
            detail: says, when it is done, what came of it: which artefact, say.
        """
        self._mark(deployment, step, is_done=False)
        yield
        made = detail()
        self._mark(deployment, step, is_done=True, notice=notice(), detail=made)

    def tell(self, deployment: Deployment | None, *notices: Notice) -> None:
        """Record notices that go with no other fact; all of them or none."""
        with self._transaction():
            for notice in notices:
                self._tell(deployment.id if deployment else None, notice)

    def end(
        self,
        deployment: Deployment,
        outcome: Outcome,
        reason: str,
        notice: Notice | None = None,
    ) -> None:
        """Record how a deployment ended; the first end stays."""
        with self._transaction():
            if self._end(deployment.id, outcome, reason):
                self._tell_end(deployment, outcome, notice)

    def end_rollback(
        self,
        rollback: Deployment,
        outcome: Outcome | None,
        reason: str,
        notice: Notice | None,
    ) -> None:
        """Record how a return ended and, with it, the deployment that it undoes.

        Args:
            rollback: the return.
            outcome: its own; None where what it put up still awaits its verdict.
            reason: why the other deployment ended.
            notice: tells of both; None where that was told before.
        """
        undone, is_failed = rollback.order.cause, outcome is Outcome.FAILED
        with self._transaction():
            if outcome is None:
                self._insert_step(rollback, Step.WATCH, is_done=True, detail="")
            else:
                self._end(rollback.id, outcome, reason)
            other = Outcome.FAILED if is_failed else Outcome.ROLLED_BACK
            self._end(undone, other, reason)
            if undone is not None:
                self._tell_end(
                    self.deployments.get(undone), other, notice, rollback.sha
                )

    def judge(self, sha: Sha, judgement: Judgement) -> None:
        """Record a verdict, unless it says what the last one said."""
        if not self._is_known(sha, judgement):
            with self._transaction():
                self._judge(sha, judgement)

    def _is_known(self, sha: Sha, judgement: Judgement) -> bool:
        last = self._database.execute(
            "SELECT verdict, reason, run, attempt FROM verdict WHERE sha = ? "
            "ORDER BY id DESC LIMIT 1",
            (sha,),
        ).fetchone()
        return last is not None and tuple(last) == tuple(_fact(judgement).values())

    def _judge(self, sha: Sha, judgement: Judgement) -> None:
        url = judgement.run.url if judgement.run else ""
        fact, now = _fact(judgement), self._clock.now()
        self._insert("verdict", sha=sha, **fact, at=now, run_url=url)

    def hold(
        self, deployment: Deployment, judgement: Judgement, notice: Notice
    ) -> None:
        """Record, with its notice, that the CI of a deployment is still running."""
        with self._transaction():
            self._judge(deployment.sha, judgement)
            self._tell(deployment.id, notice)

    def validate(self, sha: Sha, environment: str) -> None:
        """Record that a SHA is the last validated one of an environment."""
        if sha != self.commits.validated(environment):
            with self._transaction():
                id_ = self._insert("validation", sha=sha, at=self._clock.now())
                self._insert("validated_on", validation=id_, environment=environment)

    def _end(self, deployment: int | None, outcome: Outcome, reason: str) -> bool:
        query = "SELECT 1 FROM outcome WHERE deployment = ?"
        if self._database.execute(query, (deployment,)).fetchone():
            return False
        self._insert(
            "outcome",
            deployment=deployment,
            outcome=outcome,
            reason=reason,
            at=self._clock.now(),
        )
        return True

    def _mark(
        self,
        deployment: Deployment,
        step: Step,
        *,
        is_done: bool,
        notice: Notice | None = None,
        detail: str = "",
    ) -> None:
        with self._transaction():
            self._insert_step(deployment, step, is_done=is_done, detail=detail)
            self._tell(deployment.id, notice)

    def _insert_step(
        self, deployment: Deployment, step: Step, *, is_done: bool, detail: str
    ) -> None:
        self._insert(
            "step",
            deployment=deployment.id,
            name=step,
            is_done=int(is_done),
            at=self._clock.now(),
            detail=detail,
        )

    def _tell_end(
        self,
        deployment: Deployment,
        outcome: Outcome,
        notice: Notice | None,
        serving: Sha | None = None,
    ) -> None:
        """Tell an end; the message that followed the deployment says it too."""
        if notice is not None and notice.is_alert:
            is_back = outcome is Outcome.ROLLED_BACK
            instead = serving if is_back else None
            is_there = notice.is_read_back
            end = ended(deployment.order, outcome, instead, is_read_back=is_there)
            self._tell(deployment.id, end)
        self._tell(deployment.id, notice)

    def _tell(self, deployment: int | None, notice: Notice | None) -> None:
        if notice is not None:
            self._insert(
                "notice",
                deployment=deployment,
                text=notice.text,
                is_alert=int(notice.is_alert),
                at=self._clock.now(),
            )

    def _insert(self, table: str, **values: object) -> int:
        names, places = ", ".join(values), ", ".join("?" * len(values))
        cursor = self._database.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(values.values())
        )
        return cursor.lastrowid or 0

    def _transaction(self) -> AbstractContextManager[None]:
        return transaction(self._database)


def _fact(judgement: Judgement) -> dict[str, object]:
    run = judgement.run
    return {
        "verdict": judgement.verdict,
        "reason": judgement.reason,
        "run": run.id if run else None,
        "attempt": run.attempt if run else None,
    }
