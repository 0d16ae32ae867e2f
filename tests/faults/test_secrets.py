"""Neither webhook nor token is anywhere but in their file and in memory."""

import base64
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rehearsal.discord import wire_faults

from tests.faults.rows import cases
from tests.sandbox.template import Template
from tests.sandbox.world import World

CLASS = "secrets"
TOKEN = "github_pat_very_secret"


@dataclass(frozen=True, slots=True)
class Spied:
    """A world after a deployment with trouble, its watcher alive, and what was said."""

    world: World
    processes: bytes
    printed: bytes

    @property
    def needles(self) -> tuple[bytes, ...]:
        """Return what must be nowhere."""
        return TOKEN.encode(), self.world.vm.webhook.rpartition("/")[2].encode()

    def has_leaked_into(self, text: bytes) -> bool:
        """Tell whether a secret is in a text."""
        return any(needle in text for needle in self.needles)


@pytest.fixture(scope="module")
def spied(
    template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Spied]:
    """Deploy with secrets while both services are in trouble, and look around."""
    with template.opened(tmp_path_factory.mktemp("spied")) as world:
        world.vm.configure(ci={"deadline": 600})
        world.vm.keep_webhook(f"PIPELINE_GITHUB_TOKEN={TOKEN}\n")
        world.discord.faults.inject(wire_faults.refused_form())
        world.discord.faults.inject(wire_faults.webhook_gone(), 2)
        world.github.refuse_connections()
        said = world.deploy(sha := world.vm.push("Watched"))
        log = world.vm.logs / f"ci-watcher-{sha}.log"
        world.wait(lambda: "GitHub unreachable" in log.read_text())
        processes = b"\n".join(
            read(Path(f"/proc/{pid}/{part}"))
            for pid in world.vm.pids("")
            for part in ("cmdline", "environ")
        )
        world.discord.refuse_connections()
        said += world.vm.script("notify", "Nobody hears").stderr
        said += world.vm.script("settle", "preprod", "--sha", sha, code=4).stderr
        yield Spied(world, processes, said.encode())


@pytest.fixture(autouse=True)
def shown(request: pytest.FixtureRequest, spied: Spied) -> None:
    """Show in the table how it ended."""
    request.node.user_properties.append(("end", spied.world.seen()))


def read(path: Path) -> bytes:
    """Return what a file holds, nothing where it is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.fault(CLASS, "argv")
@pytest.mark.fault(CLASS, "environment listing for other users")
def test_no_process_shows_a_secret(spied: Spied) -> None:
    """What lives on has a secret neither among its arguments nor in its environment."""
    assert b"watch_ci.py" in spied.processes and b"serve.py" in spied.processes
    assert not spied.has_leaked_into(spied.processes)


@pytest.mark.fault(CLASS, "log")
def test_no_log_holds_a_secret(spied: Spied) -> None:
    """Neither the watcher's log, nor the app's, nor what the scripts printed."""
    logs = [*spied.world.vm.logs.glob("*.log"), *spied.world.vm.state.glob("*.log")]
    assert len(logs) >= 2
    assert not [log for log in logs if spied.has_leaked_into(log.read_bytes())]
    assert not spied.has_leaked_into(spied.printed)


@pytest.mark.fault(CLASS, "journal")
def test_the_journal_holds_no_secret(spied: Spied) -> None:
    """Also where it says why a notice could not be sent."""
    assert spied.world.vm.journal("SELECT 1 FROM delivery WHERE error <> ''")
    files = list(spied.world.vm.state.glob("journal.db*"))
    assert not [file for file in files if spied.has_leaked_into(file.read_bytes())]


@pytest.mark.fault(CLASS, "notice")
def test_no_notice_tells_a_secret(spied: Spied) -> None:
    """What people read names no webhook and no token."""
    told = "\n".join((*spied.world.vm.notices(), spied.world.told()))
    assert told and not spied.has_leaked_into(told.encode())


@pytest.mark.fault(CLASS, "exception text")
def test_no_error_quotes_a_secret(spied: Spied) -> None:
    """An address that cannot even be asked is not quoted in the error about it."""
    vm, before = spied.world.vm, spied.world.vm.webhook
    vm.webhook = f"http://[{TOKEN}"
    vm.keep_webhook()
    done = vm.script("notify", "Nobody hears", code=None)
    assert done.stderr
    assert not spied.has_leaked_into((done.stdout + done.stderr).encode())
    vm.webhook = before
    vm.keep_webhook()


@pytest.mark.fault(CLASS, "world-readable file")
def test_no_other_file_holds_a_secret(spied: Spied) -> None:
    """Only secrets.env has them; it and the logs are their owner's alone."""
    vm = spied.world.vm
    for file in vm.home.rglob("*"):
        if file.is_file() and not file.is_symlink() and file.name != "secrets.env":
            assert not spied.has_leaked_into(read(file)), file
    modes = {file.stat().st_mode & 0o777 for file in vm.logs.glob("*.log")}
    assert modes == {0o600}
    assert vm.state.stat().st_mode & 0o022 == 0


@pytest.mark.fault(CLASS, "a secrets.env that others can read")
def test_a_readable_secrets_file_is_refused(running: World) -> None:
    """A secrets file that others can read stops every script with a clear error."""
    (running.vm.state / "secrets.env").chmod(0o644)
    for verb in ("status", "notify"):
        assert "chmod 600" in running.vm.script(verb, code=2).stderr
    assert running.vm.serving() == running.vm.validated() == running.good


INSTALLATION = "ghs_" + "s3cret.AB-x_" * 43
FORMS: dict[str, Callable[[str], str]] = {
    "an inline comment": lambda value: f"NAME={value}      # this repository only",
    "export and quotes": lambda value: f"export NAME='{value}'",
    "a byte order mark and CRLF": lambda value: f"\ufeffNAME={value}\r\nOTHER=x\r",
    "zero-width and no-break spaces": lambda value: f"NAME=\u00a0{value}\u200b",
}
NO_FILES: dict[str, Callable[[Path], object]] = {
    "a FIFO in place of secrets.env": os.mkfifo,
    "a folder in place of secrets.env": Path.mkdir,
    "a dangling link in place of secrets.env": lambda path: path.symlink_to("gone"),
    "a socket in place of secrets.env": lambda path: bound(path),
}
UNCLEAR = {
    "a line that is none": "s3cret",
    "a quote without its end": "NAME='s3cret",
    "a zero-width space inside": "NAME=https://s3\u200bcret.example",
    "two webhooks": "NAME=https://s3cret.example\nNAME=https://other.example",
    "the placeholder of the documentation": "NAME=https://s3cret.example/\u2026",
    "http:// to another machine": "NAME=http://s3cret.example/api/webhooks/1/x",
}


def bound(path: Path) -> None:
    """Make a socket in the file system."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            # Its address may have 107 bytes, and the folder's name is longer.
            made.bind(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)


def write(world: World, text: str) -> Path:
    """Write secrets.env, for its owner alone."""
    file = world.vm.state / "secrets.env"
    file.unlink()
    file.touch(0o600)
    file.write_text(text, encoding="utf-8", newline="")
    return file


@pytest.mark.parametrize("form", cases(CLASS, FORMS))
def test_what_people_write_is_understood(
    running: World, form: Callable[[str], str]
) -> None:
    """The file that the documentation shows works, whatever the editor added."""
    text = form(running.vm.webhook).replace("NAME", "DISCORD_WEBHOOK_URL")
    write(running, text + "\n")
    running.vm.script("notify", "Understood")
    assert running.told().count("Understood") == 1


@pytest.mark.parametrize("text", cases(CLASS, UNCLEAR))
def test_what_is_unclear_is_refused(running: World, text: str) -> None:
    """The line is named, nothing of it is quoted, and nothing is sent anywhere."""
    write(running, "# ours\n" + text.replace("NAME", "DISCORD_WEBHOOK_URL") + "\n")
    done = running.vm.script("notify", "Refused", code=2)
    assert "line " in done.stderr and "s3cret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("make", cases(CLASS, NO_FILES))
def test_what_is_no_file_is_refused(
    running: World, make: Callable[[Path], object]
) -> None:
    """Nothing that stands there makes a script hang."""
    file = running.vm.state / "secrets.env"
    file.unlink()
    make(file)
    arguments = ("preprod", "--sha", running.good)
    assert "secrets.env" in running.vm.script("deploy", *arguments, code=2).stderr
    assert running.vm.serving() == running.vm.validated() == running.good


@pytest.mark.fault(CLASS, "the environment of what is started")
def test_nothing_that_is_started_inherits_a_secret(patient: World) -> None:
    """Secrets of a job's environment reach neither git nor the app nor the watcher."""
    vm = patient.vm
    (vm.state / "secrets.env").unlink()
    tools, seen = vm.home / "bin", vm.home / "seen"
    tools.mkdir()
    real = shutil.which("git")
    (tools / "git").write_text(f'#!/bin/sh\nenv >> "{seen}"\nexec {real} "$@"\n')
    (tools / "git").chmod(0o755)
    secrets = {
        "DISCORD_WEBHOOK_URL": vm.webhook,
        "PIPELINE_GITHUB_TOKEN": INSTALLATION,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    sha = vm.push("From a job")
    vm.script("deploy", "preprod", "--sha", sha, **secrets)
    environments = b"".join(read(Path(f"/proc/{pid}/environ")) for pid in vm.pids(""))
    needle = vm.webhook.rpartition("/")[2].encode()
    assert seen.read_bytes() and environments
    for text in (seen.read_bytes(), environments):
        assert needle not in text and INSTALLATION.encode() not in text
    assert sha[:7] in patient.told()


@pytest.mark.fault(CLASS, "in a commit's message and the app's words")
def test_what_others_write_is_masked(patient: World) -> None:
    """A token that somebody pushed is not carried on into notices, logs and journal."""
    message = f"use https://ada:{INSTALLATION}@github.com and {INSTALLATION}"
    sha = patient.push(message)
    patient.settle(sha, "failed", code=5)
    told = patient.told()
    assert sha[:7] in told and "s3cret" not in told
    files = [*patient.vm.state.glob("journal.db*"), *patient.vm.logs.glob("*")]
    assert not [file for file in files if b"s3cret" in read(file)]


@contextmanager
def private_origin(folder: Path) -> Iterator[str]:
    """Serve a repository to whoever has the token; give the address with it."""
    user = f"x-access-token:{INSTALLATION}"
    expected = "Basic " + base64.b64encode(user.encode()).decode()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") == expected:
                super().do_GET()
                return
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="origin"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    handler = partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{user}@127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.fault(CLASS, "a token in origin's address")
def test_a_token_in_origins_address_stays_private(world: World) -> None:
    """git uses it, and it stands in one file that only its owner can read."""
    vm = world.vm
    hook = vm.origin / "hooks" / "post-update"
    hook.write_text("#!/bin/sh\nexec git update-server-info\n")
    hook.chmod(0o755)
    with private_origin(vm.origin) as address:
        vm.create(address)
        sha = vm.push("From a private repository")
        said = world.deploy(sha)
        assert vm.serving() == sha
    said += vm.script("deploy", "preprod", "--sha", "a" * 40, code=None).stderr
    said += vm.git("remote", "-v", at=vm.root / "10_preprod")
    assert "s3cret" not in said + world.told()
    places = [
        file
        for file in vm.home.rglob("*")
        if file.is_file() and not file.is_symlink() and b"s3cret" in read(file)
    ]
    assert [file.name for file in places] == ["origin-credentials"]
    assert places[0].stat().st_mode & 0o777 == 0o600
