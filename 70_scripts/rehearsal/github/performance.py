"""Prepare a run's files, have it performed, and judge how it went.

Owns what goes into a run's directory and where its conclusion comes from.
"""

import logging
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rehearsal.github.act_call import ActFiles, act_command, courtesy, write_files
from rehearsal.github.contexts import contexts
from rehearsal.github.environment import runner_environment
from rehearsal.github.execution import Execution
from rehearsal.github.ledger import Ledger
from rehearsal.github.masking import masker
from rehearsal.github.origin import Origin
from rehearsal.github.reduction import reduced
from rehearsal.github.runs import Run, run_conclusion
from rehearsal.github.settings import Settings
from rehearsal.github.stand_ins import local_repositories
from rehearsal.github.tokens import Tokens
from rehearsal.github.transcript import Transcript
from rehearsal.github.workflow import Workflow, WorkflowError

_LOG = logging.getLogger(__name__)
STARTUP_FAILURE = "startup_failure"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A run that is to be performed.

    Attributes:
        workflow: The file as it was at the run's commit.
        text: The file's content, as act is to read it.
        carried: The jobs whose results come from the attempt before.
    """

    run: Run
    workflow: Workflow
    text: str
    carried: frozenset[str] = frozenset()


class Performer:
    """Performs one run after the other or several at once."""

    def __init__(
        self,
        settings: Settings,
        origin: Origin,
        ledger: Ledger,
        tokens: Tokens,
    ) -> None:
        """Remember what every run needs."""
        self._settings, self._origin, self._ledger = settings, origin, ledger
        self._tokens = tokens

    def perform(self, assignment: Assignment, execution: Execution) -> str:
        """Perform a run and return its conclusion."""
        run = assignment.run
        files = ActFiles(self._settings.work / f"{run.id}-{run.attempt}")
        secrets = {"GITHUB_TOKEN": self._tokens.issue(run.id)}
        if not run.trigger.trial:
            # What a pull request brings may come from anybody.
            secrets |= self._settings.secrets
        try:
            command = self._prepared(assignment, files, execution, secrets)
        except (WorkflowError, OSError, subprocess.CalledProcessError) as error:
            files.discard()
            _LOG.warning("run %s cannot start: %s", run.id, error)
            return STARTUP_FAILURE
        transcript = self._transcript(assignment, execution, secrets)
        jobs = execution.perform(command, files, transcript)
        conclusion = run_conclusion(jobs)
        if conclusion != "skipped" or execution.exit_code == 0:
            return conclusion
        _LOG.warning("run %s: %s", run.id, "; ".join(transcript.complaints))
        return STARTUP_FAILURE

    def _prepared(
        self,
        assignment: Assignment,
        files: ActFiles,
        execution: Execution,
        secrets: dict[str, str],
    ) -> tuple[str, ...]:
        run, settings = assignment.run, self._settings
        if settings.act is None:
            raise WorkflowError("there is no act to perform it with")
        stand_ins = local_repositories([assignment.workflow])
        write_files(
            files,
            run.trigger.payload,
            {
                "secret": secrets,
                "var": dict(settings.variables),
                "env": runner_environment(
                    settings, run, files, execution.tracking_id, self._origin.path
                ),
            },
        )
        remote = f"https://github.com/{settings.full_name}"
        self._origin.check_out(run.trigger.checked_out, files.source, remote)
        workflow = self._placed(assignment, files)
        return courtesy(assignment.workflow) + act_command(
            act=settings.act,
            event=run.trigger.event,
            workflow=workflow,
            files=files,
            actor=run.trigger.actor,
            stand_ins=stand_ins,
            labels=settings.labels,
        )

    def _placed(self, assignment: Assignment, files: ActFiles) -> Path:
        # Its own file, outside the checkout: a re-run's differs from the committed one.
        place = files.root / assignment.workflow.file
        place.write_text(reduced(assignment.text), encoding="utf-8")
        return place

    def _transcript(
        self, assignment: Assignment, execution: Execution, secrets: dict[str, str]
    ) -> Transcript:
        run, workflow = assignment.run, assignment.workflow
        return Transcript(
            run=run,
            workflow=workflow,
            known=contexts(workflow, run.trigger, self._settings.variables),
            ledger=self._ledger,
            mask=masker(secrets.values()),
            on_start=execution.watch,
            on_end=execution.end_job,
            carried=assignment.carried,
        )
