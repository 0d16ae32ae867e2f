"""Settle a SHA's verdict once, now; running it again changes nothing."""

import argparse
import sys

from pipeline import cli, commits
from pipeline.core.deployment import Outcome
from pipeline.core.sha import Sha
from pipeline.core.verdict import Judgement, Verdict
from pipeline.effects.actions import summarize
from pipeline.errors import TimedOut
from pipeline.adapters.github import GitHubUnavailable, run_of
from pipeline.operations.environment import Environment
from pipeline.operations.repository_moved import tell_moved
from pipeline.operations.adoption import adopt_validated
from pipeline.operations.settlement import settle
from pipeline.operations.undeployed import tell_of_undeployed
from pipeline.operations.ci_polling import look_or_believe
from pipeline.wiring import Pipeline, say

EXAMPLE = "70_scripts/run settle preprod --sha $(git rev-parse origin/main)"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Settle with the verdict that was given, else with GitHub's."""
    env = pipeline.environment(arguments.environment)
    sha = commits.known_commit(pipeline, env, arguments.sha)
    judgement = _judgement(pipeline, env, sha, arguments.verdict)
    if arguments.dry_run:
        say(f"would settle {sha.short} on {env.name}: {judgement.verdict}")
        return 0
    outcome = settle(env, sha, judgement)
    if pipeline.finished_run():
        tell_of_undeployed(env, sha, judgement)
    adopt_validated(pipeline.releases(), pipeline.gate(env.journal))
    ending = f"{env.name}: {sha} is {outcome or judgement.verdict}"
    say(f"==> {ending}")
    summarize(f"**{ending}**")
    return 5 if outcome is Outcome.ROLLED_BACK else 0


def _judgement(
    pipeline: Pipeline, env: Environment, sha: Sha, given: str | None
) -> Judgement:
    if given:
        verdict = Verdict(given)
        return Judgement(verdict, f"verdict given by hand: {verdict}")
    try:
        watch = pipeline.watch(env.judged.why_no_ci)
        judgement = look_or_believe(watch, sha, run_of(pipeline.finished_run()))
        tell_moved(env, watch.github)
        return judgement
    except GitHubUnavailable as error:
        raise TimedOut(
            "asking GitHub for the verdict", str(error), "try again, or give --verdict"
        ) from error


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("environment", help="preprod, or another one of pipeline.yml")
    made.add_argument("--sha", type=commits.revision, required=True, help=commits.HELP)
    made.add_argument(
        "--verdict",
        choices=[verdict.value for verdict in Verdict],
        help="settle with this verdict (default: ask GitHub)",
    )
    made.add_argument("--dry-run", action="store_true", help="change nothing")
    sys.exit(cli.main(made, main))
