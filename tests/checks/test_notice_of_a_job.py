"""`notify --from-job`: a notice of CI's failure, on a machine that is no VM."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rehearsal.discord import DiscordServer

from tests.checkout import ROOT
from tests.checks.conftest import environment

SHA = "0123456789abcdef0123456789abcdef01234567"
HOSTILE = "`$(touch /tmp/no)` @everyone **x** \u202e ::error::y"


def notify(
    tmp_path: Path, webhook: str, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Tell of a job as the workflow does."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"head_commit": {"message": f"{HOSTILE}\n\nbody"}}))
    job = {
        "GITHUB_ACTOR": "everyone",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_SHA": SHA,
        "DISCORD_WEBHOOK_URL": webhook,
        "TMPDIR": str(tmp_path),
    }
    script = str(ROOT / "70_scripts/notify.py")
    argv = (sys.executable, script, "--from-job", "❌ CI failed", *arguments)
    env = {**environment(tmp_path), **job}
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60)


def test_the_failure_is_told_as_text(tmp_path: Path) -> None:
    """Commit, author and run stand in it; hostile text pings and hides nothing."""
    with DiscordServer() as discord:
        done = notify(tmp_path, discord.webhook_url)
        (message,) = discord.messages
        assert discord.pings == ()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert message.content.splitlines() == [
        "❌ CI failed",
        "SHA: 0123456",
        r"Author: \@everyone",
        r"Message: \`$(touch /tmp/no)\` \@everyone \*\*x\*\* \\u202e ::error::y",
        "Run: https://github.example/o/r/actions/runs/7",
    ]
    assert {path.name for path in tmp_path.iterdir()} == {"event.json"}


@pytest.mark.parametrize("webhook", ["", "  "])
def test_without_a_webhook_nobody_is_told(tmp_path: Path, webhook: str) -> None:
    """A fork without the secret is told why, and nothing fails."""
    done = notify(tmp_path, webhook)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nobody is told" in done.stderr


def test_an_unreachable_discord_is_a_failure(tmp_path: Path) -> None:
    """Since nothing is kept, the job says so; the webhook stays secret."""
    done = notify(tmp_path, "http://127.0.0.1:1/s3cret")
    assert done.returncode == 4 and "nothing is kept" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_dry_run_sends_nothing(tmp_path: Path) -> None:
    """It shows the text and needs no webhook."""
    done = notify(tmp_path, "http://127.0.0.1:1/s3cret", "--dry-run")
    assert done.returncode == 0 and "CI failed" in done.stderr
