"""Prepare a run's files, have it performed, and judge how it went.

Owns what goes into a run's directory and where its conclusion comes from.
"""

import logging
import subprocess

from rehearsal.github.act_call import ActFiles, act_command, courtesy, write_files
from rehearsal.github.contexts import contexts
from rehearsal.github.environment import runner_environment
from rehearsal.github.execution import Execution
from rehearsal.github.ledger import Ledger
from rehearsal.github.legs import masker
from rehearsal.github.origin import Origin
from rehearsal.github.rewriting import reduced
from rehearsal.github.runs import Assignment, run_conclusion
from rehearsal.github.site import Site
from rehearsal.github.stand_ins import local_repositories
from rehearsal.github.tokens import Tokens
from rehearsal.github.transcript import Transcript
from rehearsal.github.workflow import WorkflowError

_LOG = logging.getLogger(__name__)
STARTUP_FAILURE = "startup_failure"


class Performer:
    """Performs one run after the other or several at once."""

    def __init__(
        self, site: Site, origin: Origin, ledger: Ledger, tokens: Tokens
    ) -> None:
        """Remember what every run needs."""
        self._site, self._origin, self._ledger = site, origin, ledger
        self._tokens = tokens

    def perform(self, assignment: Assignment, execution: Execution) -> str:
        """Perform a run and return its conclusion."""
        run = assignment.run
        files = ActFiles(self._site.work / f"{run.id}-{run.attempt}")
        secrets = {"GITHUB_TOKEN": self._tokens.issue(run.id)}
        if not run.trigger.trial:
            # What a pull request brings may come from anybody.
            secrets |= self._site.secrets
        try:
            command = self._prepared(assignment, files, execution, secrets)
        except (WorkflowError, OSError, subprocess.CalledProcessError) as error:
            files.discard()
            _LOG.warning("run %s cannot start: %s", run.id, error)
            return STARTUP_FAILURE
        transcript = Transcript(
            assignment=assignment,
            known=contexts(run, self._site.variables),
            ledger=self._ledger,
            mask=masker(list(secrets.values())),
            on_start=execution.watch,
            on_end=execution.end_job,
        )
        conclusion = run_conclusion(execution.perform(command, files, transcript))
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
        run, site, workflow = assignment.run, self._site, assignment.workflow
        if site.act is None:
            raise WorkflowError("there is no act to perform it with")
        stand_ins = local_repositories(workflow)
        tracking_id, origin = execution.tracking_id, self._origin.path
        environment = runner_environment(site, run, files, tracking_id, origin)
        settings = {"secret": secrets, "var": dict(site.variables), "env": environment}
        write_files(files, run.trigger.payload, settings)
        remote = f"https://github.com/{site.full_name}"
        self._origin.check_out(run.trigger.checked_out, files.source, remote)
        # Its own file, outside the checkout: a re-run's differs from the committed one.
        place = files.root / workflow.file
        place.write_text(reduced(assignment.text), encoding="utf-8")
        event = run.trigger.event
        command = act_command(site.act, event, place, files, stand_ins)
        return courtesy(workflow) + command
