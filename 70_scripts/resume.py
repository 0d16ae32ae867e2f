"""Give every open deployment its end, whatever died: what boot and timer call."""

import argparse
import sys

from pipeline import cli
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement
from pipeline.errors import EXPECTED
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
    worst = 0
    for name in pipeline.config.environments:
        worst = max(worst, _resume(pipeline, name, is_dry=arguments.dry_run))
    if arguments.dry_run:
        return worst
    _maintain(pipeline)
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
            for one in env.journal.open_deployments(name):
                say(f"would see to {name}: {one.sha.short}, deployment {one.id}")
            return 0
        resume(env, lambda sha: _look(pipeline, sha))
        adopt_validated(pipeline.releases(), env.journal)
    except Exception as error:
        return cli.report(error, pipeline.secrets.redact)
    return 0


def _maintain(pipeline: Pipeline) -> None:
    try:
        pipeline.store().maintain()
    except EXPECTED as trouble:
        say(f"the repository's garbage stays for now: {trouble}")


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
