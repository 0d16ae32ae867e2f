"""Give every open deployment its end, whatever died: what boot and timer call."""

import argparse
import sys
from dataclasses import dataclass

from pipeline import cli
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement
from pipeline.errors import EXPECTED
from pipeline.adapters.github_allowance import Allowance
from pipeline.operations.environment import Environment
from pipeline.operations.repository_moved import tell_moved
from pipeline.operations.adoption import adopt_validated
from pipeline.operations.resume import resume
from pipeline.operations.ci_polling import look_safely
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run resume"
# Without a token GitHub answers 60 times an hour, watchers included: what was settled
# is asked for again every so many minutes, what is open while enough is left.
SPARING = 10
ALLOWANCE = "github-allowance.json"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Resume every environment, then send what waits."""
    worst = 0
    for name in pipeline.config.environments:
        worst = max(worst, _resume(pipeline, name, is_dry=arguments.dry_run))
    if arguments.dry_run:
        return worst
    _maintain(pipeline)
    _prune(pipeline)
    try:
        if trouble := pipeline.outbox().flush():
            say(trouble)
    except Exception as error:
        return max(worst, cli.report(error, pipeline.secrets.redact))
    return worst


def _resume(pipeline: Pipeline, name: str, *, is_dry: bool) -> int:
    """Resume one environment; its trouble, even a bug, is no other one's."""
    try:
        env = pipeline.environment(name)
        if is_dry:
            for one in env.journal.deployments.open_on(name):
                say(f"would see to {name}: {one.sha.short}, deployment {one.id}")
            return 0
        resume(env, Looking(pipeline, env).look)
        adopt_validated(pipeline.releases(), pipeline.gate(env.journal))
    except Exception as error:
        return cli.report(error, pipeline.secrets.redact)
    return 0


def _prune(pipeline: Pipeline) -> None:
    try:
        names = pipeline.config.environments
        pipeline.pruning().prune([pipeline.environment(name) for name in names])
    except EXPECTED as trouble:
        say(f"what is old stays for now: {trouble}")


def _maintain(pipeline: Pipeline) -> None:
    try:
        pipeline.store().maintain()
    except EXPECTED as trouble:
        say(f"the repository's garbage stays for now: {trouble}")


@dataclass(frozen=True, slots=True)
class Looking:
    """Asks GitHub for an environment; without a token only now and then."""

    pipeline: Pipeline
    env: Environment

    def look(self, sha: Sha, is_urgent: bool) -> Judgement | None:
        """Return what CI says now, None where it is not the time to ask."""
        pipeline = self.pipeline
        allowance = Allowance(pipeline.config.paths.state / ALLOWANCE, pipeline.clock)
        if not pipeline.secrets.token:
            is_turn = is_urgent or int(pipeline.clock.now() / 60) % SPARING == 0
            if not is_turn or allowance.is_spent():
                return None
        watch = pipeline.watch(self.env.judged.why_no_ci)
        judgement = look_safely(watch, sha)
        allowance.record(watch.github)
        tell_moved(self.env, watch.github)
        if judgement.is_unheard:
            say(judgement.reason)
        return judgement


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
