"""Give every open deployment its end, whatever died: what boot and timer call."""

import argparse
import sys

from pipeline import cli
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement
from pipeline.errors import PipelineError
from pipeline.gateways.github import GitHubUnavailable
from pipeline.usecases.releases import adopt_validated
from pipeline.usecases.resumption import resume
from pipeline.usecases.watching import look
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run resume"
# Without a token GitHub answers 60 times an hour, watchers included.
SPARING = 10


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Resume every environment, then send what waits."""
    worst: PipelineError | None = None
    for name in pipeline.config.environments:
        env = pipeline.environment(name)
        if arguments.dry_run:
            for one in env.journal.open_deployments(name):
                say(f"would see to {name}: {one.sha.short}, deployment {one.id}")
            continue
        try:
            resume(env, lambda sha: _look(pipeline, sha))
            adopt_validated(pipeline.releases(), env.journal)
        except PipelineError as error:
            say(str(error))
            worst = worst or error
    if not arguments.dry_run and (trouble := pipeline.outbox().flush()):
        say(trouble)
    return worst.exit_code if worst else 0


def _look(pipeline: Pipeline, sha: Sha) -> Judgement | None:
    minute = int(pipeline.clock.now() / 60)
    if not pipeline.secrets.token and minute % SPARING:
        return None
    try:
        return look(pipeline.watch(), sha)
    except GitHubUnavailable as error:
        say(str(error))
        return None


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
