"""Wait for CI's verdict on a SHA, then settle it: validate, or roll back."""

import argparse
import sys

from pipeline import cli, commits
from pipeline.core.deployment import Outcome
from pipeline.errors import TimedOut
from pipeline.adapters.lock import held
from pipeline.operations.repository_moved import tell_moved
from pipeline.operations.awaiting_verdict import age, hold
from pipeline.operations.adoption import adopt_validated
from pipeline.operations.settlement import settle
from pipeline.operations.ci_polling import await_verdict
from pipeline.wiring import Pipeline, say

# Somebody's `status` may be looking at the lock; another watcher would keep it.
LOOKERS_PATIENCE = 2.0
EXAMPLE = "70_scripts/run watch_ci preprod --sha $(git rev-parse origin/main) --detach"


def main(pipeline: Pipeline, arguments: argparse.Namespace) -> int:
    """Watch here, or with --detach where no job's end can reach."""
    env = pipeline.environment(arguments.environment)
    sha = commits.known_commit(pipeline, env, arguments.sha)
    if arguments.detach:
        print(env.judged.watchers.launch(sha))
        return 0
    try:
        with held(
            env.judged.watchers.lock(sha), pipeline.clock, patience=LOOKERS_PATIENCE
        ):
            watch = pipeline.watch(env.judged.why_no_ci)
            waited = watch.patience.used(age(env, sha))
            judgement = await_verdict(watch, sha, pipeline.clock, say, waited)
            tell_moved(env, watch.github)
            if not judgement.is_final:
                hold(env, sha, judgement)
                say(f"==> {env.name}: {sha} stays live: CI is still running")
                return 0
            outcome = settle(env, sha, judgement)
            adopt_validated(pipeline.releases(), pipeline.gate(env.journal))
    except TimedOut as error:
        say(str(error))
        return error.exit_code
    say(f"==> {env.name}: {sha} is {outcome or 'recorded'}")
    return 5 if outcome is Outcome.ROLLED_BACK else 0


if __name__ == "__main__":
    made = cli.parser(__doc__, EXAMPLE)
    made.add_argument("environment", help="preprod, or another one of pipeline.yml")
    made.add_argument("--sha", type=commits.revision, required=True, help=commits.HELP)
    made.add_argument(
        "--detach",
        action="store_true",
        help="watch in the background and print where the log is",
    )
    sys.exit(cli.main(made, main))
