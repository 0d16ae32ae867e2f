"""Pushes, as the rehearsal makes them, and what each of them leads to."""

from pathlib import Path

from rehearsal.stage import Stage
from rich.markup import escape

LIVE_PATIENCE = 180.0
VERDICT_PATIENCE = 240.0
NEWS = "NEWS.md"
TEST = "tests/unit/test_a_failure_on_purpose.py"  # Before all others.
FAILING_TEST = '''"""A test that the rehearsal breaks on purpose."""


def test_fails_on_purpose():
    """Fail, so that CI turns red."""
    assert 1 + 1 == 3
'''


def push_good(stage: Stage, message: str = "Good change") -> str:
    """Push a commit that CI passes; return its SHA."""
    return push(stage, stage.in_app(NEWS), f"Rehearsed: {message}\n", message)


def push_bad(stage: Stage) -> str:
    """Push a commit with a failing test; return its SHA."""
    return push(stage, stage.in_app(TEST), FAILING_TEST, "Break a test on purpose")


def push(stage: Stage, file: str, text: str, message: str) -> str:
    """Commit one file, push it, return the SHA."""
    sha = commit(stage, file, text, message)
    send(stage, sha, message)
    return sha


def commit(stage: Stage, file: str, text: str, message: str) -> str:
    """Commit one file in the developer's clone; return the SHA."""
    target: Path = stage.scene.clone / file
    target.write_text(text, encoding="utf-8")
    stage.scene.git("add", "--all")
    stage.scene.git("commit", "--quiet", "--message", message)
    return stage.scene.git("rev-parse", "HEAD")


def send(stage: Stage, sha: str, message: str) -> None:
    """Push a commit to main."""
    stage.scene.git("push", "--quiet", "origin", f"{sha}:main")
    stage.say(f"   pushed {sha[:7]}: {escape(message)}")


def await_live(stage: Stage, sha: str) -> None:
    """Wait until the app itself says that it serves a SHA."""
    stage.wait(
        f"curl {stage.scene.url}/_stcore/health shows {sha[:7]}",
        LIVE_PATIENCE,
        lambda: stage.serving() == sha,
    )


def await_validated(stage: Stage, sha: str) -> None:
    """Wait until CI has passed and the SHA is the last validated one."""
    stage.wait(
        f"CI passed: {sha[:7]} is validated",
        VERDICT_PATIENCE,
        lambda: stage.validated() == sha,
        is_hopeless=lambda: stage.end_of(sha) not in (None, "validated"),
    )


def await_rolled_back(stage: Stage, sha: str, to: str, why: str, reason: str) -> None:
    """Wait until a SHA has given way to another, and that is told with its reason."""
    stage.wait(
        f"{why}: {stage.scene.judged} serves {to[:7]} again",
        VERDICT_PATIENCE,
        lambda: stage.serving() == to,
        is_hopeless=lambda: stage.end_of(sha) not in (None, "rolled back"),
    )
    stage.wait(
        f"the rollback is told: {reason}",
        60,
        lambda: stage.told(sha[:7], "Rolled back", reason) == 1,
    )
    stage.check(f"the last validated SHA is {to[:7]}", stage.validated() == to)


def await_rolled_forward(stage: Stage, sha: str) -> None:
    """Wait until a SHA that was rolled back serves again, validated, and it is told."""
    stage.wait(
        f"CI passed after all: {stage.scene.judged} serves {sha[:7]} again, validated",
        VERDICT_PATIENCE,
        lambda: stage.serving() == sha
        and stage.end_of(sha, "roll forward") == "validated",
        is_hopeless=lambda: stage.ci_of(sha) == "failure"
        or stage.end_of(sha, "roll forward") == "failed",
    )
    stage.wait("that is told", 60, lambda: stage.told(sha[:7], "Rolled forward") == 1)
    stage.check(f"the last validated SHA is {sha[:7]}", stage.validated() == sha)
