"""What a job of CI compares its commit with: the newest one that CI found good.

The commit before the push will not do: where that one's pipeline was red, a push to
which only the app has changed would be green with the red pipeline in it.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.config import Ci
from pipeline.core.gate import missing_jobs
from pipeline.core.verdict import Run
from pipeline.effects.processes import CommandFailed, run
from pipeline.adapters.github import GitHub

MOST_ASKED = 10  # runs whose jobs are looked at


def newest_passed(
    github: GitHub, workflow: str, branch: str, ci: Ci, root: Path
) -> str | None:
    """Return the newest commit below HEAD whose CI passed, with nothing left out.

    Raises:
        GitHubUnavailable: GitHub gave no usable answer.
    """
    wanted = (*ci.gate_jobs, *ci.pipeline_jobs)
    passed = github.passed_runs(workflow, branch)
    for found in _below_head(passed, root):
        jobs = github.jobs(found)
        if jobs and not missing_jobs(jobs, wanted):
            return found.sha
    return None


def _below_head(runs: Iterable[Run], root: Path) -> list[Run]:
    newest = sorted(runs, key=lambda found: found.id, reverse=True)
    head = run(("git", "rev-parse", "HEAD"), cwd=root).text
    is_below = _ancestor_of(head, root)
    return [found for found in newest if is_below(found.sha)][:MOST_ASKED]


def _ancestor_of(head: str, root: Path) -> Callable[[str], bool]:
    def is_below(sha: str) -> bool:
        command = ("git", "merge-base", "--is-ancestor", "--end-of-options", sha, head)
        try:
            return sha != head and run(command, cwd=root, allowed=(0, 1)).code == 0
        except CommandFailed:
            return False  # It is not in this clone.

    return is_below
