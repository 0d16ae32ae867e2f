"""Discord's moods, hostile texts, secrets, and the runner's clean-up."""

import os
from pathlib import Path

from tests.sandbox.world import World

HOSTILE = (
    "`$(touch /tmp/pwned)`; \"quote' \\ @everyone <@123> **bold** [l](http://x) "
    "\t \u202e \N{PARTY POPPER} ::set-output name=x::y"
)


def test_discord_down_changes_nothing_and_loses_nothing(running: World) -> None:
    """With Discord down a deployment succeeds; its notices go out later, once."""
    running.discord.refuse_connections()
    sha = running.push("Quietly")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    running.discord.accept_connections()
    for _ in range(2):
        running.vm.script("notify")
    texts = [m.content for m in running.discord.messages if sha[:7] in m.content]
    assert len([text for text in texts if "Rolled back" in text]) == 1
    assert running.vm.script("notify").stdout.strip() == "0"


def test_hostile_text_is_text(running: World) -> None:
    """A hostile commit message runs nothing, pings nobody and breaks no line."""
    sha = running.push(HOSTILE)
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    running.wait(lambda: "Rolled back" in running.told())
    assert running.discord.pings == ()
    notice = next(t for t in running.vm.notices() if "Rolled back" in t)
    message = next(li for li in notice.splitlines() if li.startswith("Message: "))
    assert r"\@everyone" in message and r"\u202e" in message
    assert not Path("/tmp/pwned").exists()


def test_secrets_are_nowhere(running: World) -> None:
    """Neither webhook nor token reaches argv, logs, the journal or another file."""
    token = "github_pat_very_secret"
    secrets = running.vm.state / "secrets.env"
    secrets.write_text(secrets.read_text() + f"PIPELINE_GITHUB_TOKEN={token}\n")
    running.vm.configure(ci={"deadline": 600})
    sha = running.push("Watched")
    needles = (token.encode(), running.vm.webhook.rpartition("/")[2].encode())
    for process in Path("/proc").glob("[0-9]*"):
        if sha.encode() in _read(process / "cmdline"):
            listed = _read(process / "cmdline") + _read(process / "environ")
            assert not any(needle in listed for needle in needles)
    for file in running.vm.home.rglob("*"):
        if file.is_file() and not file.is_symlink() and file != secrets:
            assert not any(needle in file.read_bytes() for needle in needles), file
    modes = {file.stat().st_mode & 0o777 for file in running.vm.logs.glob("*.log")}
    assert modes == {0o600}


def test_a_readable_secrets_file_is_refused(running: World) -> None:
    """A secrets file that others can read stops every script with a clear error."""
    (running.vm.state / "secrets.env").chmod(0o644)
    assert "chmod 600" in running.vm.script("status", code=2).stderr


def test_the_watcher_survives_the_end_of_the_job(running: World) -> None:
    """Nothing that a deployment leaves running carries the job's tracking id."""
    running.vm.configure(ci={"deadline": 600})
    sha = running.vm.push("From a job")
    mark = f"github_{sha}"
    arguments = ("preprod", "--sha", sha)
    running.vm.script("deploy", *arguments, RUNNER_TRACKING_ID=mark)
    alive = [
        process
        for process in Path("/proc").glob("[0-9]*")
        if os.fsencode(running.vm.home) in _read(process / "cmdline")
    ]
    watchers = [p for p in alive if b"watch_ci.py" in _read(p / "cmdline")]
    assert watchers, "the watcher runs"
    assert not [p for p in alive if mark.encode() in _read(p / "environ")]


def test_planted_links_are_not_followed(running: World) -> None:
    """A link planted at the place of the watcher's log is not written through."""
    victim = running.vm.home / "victim"
    victim.write_text("precious")
    sha = running.vm.push("Planted")
    (running.vm.logs / f"ci-watcher-{sha}.log").symlink_to(victim)
    running.ci(sha)
    running.deploy(sha)
    assert running.end(sha) == "validated"
    assert victim.read_text() == "precious"


def test_a_lost_state_file_is_rebuilt(running: World) -> None:
    """Garbage in last-validated-sha.txt is never adopted; the journal mends it."""
    file = running.vm.state / "last-validated-sha.txt"
    for garbage in (b"", b"\xff\xfe", b"rm -rf /", ("0" * 40).encode()):
        file.write_bytes(garbage)
        running.vm.script("settle", "preprod", "--sha", running.good)
        assert running.vm.validated() == running.good


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
