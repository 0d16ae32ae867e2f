"""Deploy a SHA: live in seconds, then judged by CI and settled by the watcher."""

import argparse
import sys
from contextlib import suppress

from pipeline import cli, commits
from pipeline.core.deployment import BY_HAND, Kind, Order
from pipeline.core.sha import Sha
from pipeline.effects.actions import WorkflowContext, summarize
from pipeline.errors import EXPECTED, Refused
from pipeline.adapters.git_store import Commit
from pipeline.operations.deploy import deploy
from pipeline.operations.environment import Environment
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run deploy preprod --sha $(git rev-parse origin/main)"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Deploy, or with --dry-run only say what would be deployed."""
    env = pipeline.environment(arguments.environment)
    sha = commits.commit(pipeline, arguments.sha)
    order = _order(env, sha, pipeline.job(sha))
    if not env.is_judged:
        raise Refused(
            f"deploying to {env.name}",
            "only what was validated goes there, by a promotion",
            "70_scripts/run promote --confirm DEPLOY",
        )
    if arguments.dry_run:
        live = env.journal.deployments.live(env.name)
        say(f"{env.name} serves {live.sha if live else 'nothing known'}")
        say(f"would deploy {order.sha} and watch its CI")
        return 0
    done = deploy(env, order, is_override=arguments.override_bad)
    end = env.journal.deployments.outcome(done) or "live, its verdict is awaited"
    summarize(f"**{env.name}: {order.sha.short} is {end}**")
    return 0


def _order(env: Environment, sha: Sha, job: WorkflowContext) -> Order:
    """Say who deploys what: in a job its event knows, elsewhere the commit does."""
    found = Commit("", "")
    with suppress(*EXPECTED):
        if not job.subject and not env.store.has(sha):
            env.store.fetch()
        found = env.store.commit(sha)
    commit = Commit(job.author or found.author, job.subject or found.subject)
    actor = job.actor or commit.author
    reason = BY_HAND if job.is_by_hand else ""
    texts = (actor, commit.subject, job.run_url)
    author = commit.author
    return Order(env.name, sha, Kind.DEPLOY, *texts, reason=reason, author=author)


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("environment", help="preprod, or another one of pipeline.yml")
    made.add_argument("--sha", type=commits.revision, required=True, help=commits.HELP)
    made.add_argument(
        "--override-bad", action="store_true", help="deploy even what was rolled back"
    )
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
