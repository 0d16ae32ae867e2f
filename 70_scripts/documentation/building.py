"""Build the documentation, and publish what was built to the branch of the pages."""

import sys
from pathlib import Path

from pipeline.effects.processes import CommandFailed, run
from pipeline.errors import ConfigurationError, TimedOut
from pipeline.adapters.git import git

BRANCH = "gh-pages"
DEADLINE = 600.0
# git asks this for the password: the token goes from the job's environment to git,
# never into an argument, a file or a log. Without a token, git's own helpers answer.
HELPER = (
    '!f() { [ "$1" != get ] || [ -z "$GITHUB_TOKEN" ] || '
    'printf "username=x-access-token\\npassword=%s\\n" "$GITHUB_TOKEN"; }; f'
)


def build_command(source: Path, target: Path) -> tuple[str, ...]:
    """Return what builds the pages: any warning, a dead link too, is an error."""
    strict = ("--fail-on-warning", "--keep-going", "--nitpicky")
    options = (*strict, "--quiet", "--jobs=auto", "--builder=html")
    return (sys.executable, "-m", "sphinx", *options, str(source), str(target))


def publish_command(target: Path, words: str) -> tuple[str, ...]:
    """Return what makes the built pages the only commit of their branch, and pushes."""
    tool = str(Path(sys.executable).with_name("ghp-import"))
    kept = ("--no-jekyll", "--no-history", "--force", "--push")
    return (tool, *kept, f"--branch={BRANCH}", f"--message={words}", str(target))


def publish_environment() -> dict[str, str]:
    """Return what git needs to commit and to push from a job."""
    return {
        "GIT_COMMITTER_NAME": "documentation",
        "GIT_COMMITTER_EMAIL": "documentation@users.noreply.github.com",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "credential.helper",
        "GIT_CONFIG_VALUE_0": HELPER,
        "GIT_TERMINAL_PROMPT": "0",
    }


def build(root: Path) -> Path:
    """Build the pages of a checkout; return the first one.

    Raises:
        ConfigurationError: something in the pages is not as it must be.
    """
    target = root / "90_doc" / "build" / "html"
    try:
        run(build_command(root / "90_doc/source", target), timeout=DEADLINE)
    except CommandFailed as error:
        raise ConfigurationError(
            "building the documentation", error.output.strip(), "mend the lines named"
        ) from error
    return target / "index.html"


def publish(root: Path) -> str:
    """Push the built pages of a checkout; return the branch.

    Raises:
        ConfigurationError: there are none.
        TimedOut: origin did not take them.
    """
    built = root / "90_doc" / "build" / "html"
    if not (built / "index.html").is_file():
        raise ConfigurationError(
            "publishing the documentation",
            f"nothing is built in {built}",
            "build it first: 70_scripts/run docs",
        )
    head = git("-C", str(root), "rev-parse", "--short=7", "HEAD").text
    command = publish_command(built, f"docs: the pages of {head}")
    try:
        _keep_domain(root, built)
        run(command, cwd=root, env=publish_environment(), timeout=DEADLINE)
    except CommandFailed as error:
        raise TimedOut(
            f"pushing the pages to {BRANCH}",
            error.output.strip(),
            "see that this job, or you, may push there; then run it again",
        ) from error
    return BRANCH


def _keep_domain(root: Path, built: Path) -> None:
    """Keep the domain that the published pages have, which GitHub reads from a file.

    https://docs.github.com/en/pages (configuring a custom domain)
    """
    domain, env = built / "CNAME", publish_environment()
    listing = ("git", "ls-remote", "--exit-code", "--heads", "origin", BRANCH)
    found = run(listing, cwd=root, env=env, timeout=DEADLINE, allowed=(0, 2))
    if found.code or domain.exists():
        return  # There are no pages yet, or the new ones say it themselves.
    fetching = ("git", "fetch", "--quiet", "origin", BRANCH)
    run(fetching, cwd=root, env=env, timeout=DEADLINE)
    showing = ("git", "show", "FETCH_HEAD:CNAME")
    shown = run(showing, cwd=root, env=env, allowed=(0, 128))
    if shown.code == 0:
        domain.write_bytes(shown.stdout)
