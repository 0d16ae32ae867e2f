"""Which commit is prod's, and since which one the pipeline's tests need not run."""

from pathlib import Path

from pipeline.config import Config
from pipeline.core.gate import missing_jobs
from pipeline.core.sha import Sha
from pipeline.effects.actions import Access
from pipeline.effects.clock import SystemClock
from pipeline.effects.http import Http
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git import git
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.adapters.github import GitHub
from pipeline.adapters.state_file import StateFile

MOST_ASKED = 10  # runs whose jobs are looked at
UNRELATED = ("10_preprod/src", "10_preprod/tests", "50_test")


def prod_commit(config: Config, checkout: Path) -> tuple[Store, Sha, str]:
    """Return where prod's code is kept, its commit, and how that is known.

    On the VM: the one that prod's worktree is at, before the first promotion the last
    validated one. Elsewhere nobody knows; then it is the newest of the branch that is
    deployed, as last fetched, and HEAD in a repository that has none.

    Raises:
        CommandFailed: there is no repository, or no commit.
    """
    kept, branch = config.paths.root / ".pipeline" / "repo.git", config.github.branch
    if kept.is_dir():
        store = Store(kept, branch)
        sha, reason = _on_the_vm(config)
        return store, sha or store.tip(), reason or f"the newest of {branch}"
    found = git("-C", str(checkout), "rev-parse", "--absolute-git-dir").text
    store = Store(Path(found), branch)
    try:
        return store, store.tip(), f"the newest of origin/{branch}"
    except CommandFailed:
        return store, Worktree(checkout).head(), "HEAD"


def is_checked_out(sha: Sha, checkout: Path) -> bool:
    """Tell whether a checkout holds a commit's files and, ignored ones aside, no other.

    Raises:
        CommandFailed: the commit is not known there.
    """
    at, others = ("-C", str(checkout)), ("ls-files", "--others", "--exclude-standard")
    changed = git(*at, "diff", "--quiet", str(sha), allowed=(0, 1)).code
    return not changed and not git(*at, *others).text


def _on_the_vm(config: Config) -> tuple[Sha | None, str]:
    if "prod" in config.environments:
        tree = config.paths.root / config.environments["prod"].worktree
        if (tree / ".git").exists():
            return Worktree(tree).head(), "what prod serves"
    validated = StateFile(config.paths.state / "last-validated-sha.txt").read()
    return validated, "the last validated one" if validated else ""


def newest_passed(access: Access, config: Config, root: Path) -> str | None:
    """Return the newest commit below HEAD whose CI passed, with nothing left out.

    The commit before the push will not do: where that one's pipeline was red, a push to
    which only the app has changed would be green with the red pipeline in it.

    Raises:
        GitHubUnavailable: GitHub gave no usable answer.
    """
    wanted = (*config.ci.gate_jobs, *config.ci.pipeline_jobs)
    api = (Http(), access.api_url, access.repository, access.token)
    github = GitHub(*api, SystemClock())
    runs = github.passed_runs(config.github.workflow, config.github.branch)
    below = set(git("-C", str(root), "rev-list", "--skip=1", "HEAD").text.split())
    passed = [run for run in runs if run.sha in below]
    for run in sorted(passed, key=lambda run: run.id, reverse=True)[:MOST_ASKED]:
        jobs = github.jobs(run)
        if jobs and not missing_jobs(jobs, wanted):
            return run.sha
    return None


def is_pipeline_untouched(root: Path, base: str) -> bool:
    """Tell whether only the app's own code changed since a commit; unsure is no."""
    paths = (".", *(f":!{path}" for path in UNRELATED))
    compared = ("--quiet", "--end-of-options", base, "HEAD", "--", *paths)
    try:
        return git("-C", str(root), "diff", *compared, allowed=(0, 1)).code == 0
    except CommandFailed:
        return False  # The commit is not known here: a new branch, a shallow clone.
