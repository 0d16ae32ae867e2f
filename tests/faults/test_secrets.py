"""Neither webhook nor token is anywhere but in their file and in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rehearsal.discord import wire_faults

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
    """Only secrets.env has them; it, the logs and the state are their owner's alone."""
    vm = spied.world.vm
    for file in vm.home.rglob("*"):
        if file.is_file() and not file.is_symlink() and file.name != "secrets.env":
            assert not spied.has_leaked_into(read(file)), file
    modes = {file.stat().st_mode & 0o777 for file in vm.logs.glob("*.log")}
    assert modes == {0o600}
    assert vm.state.stat().st_mode & 0o777 == 0o700


@pytest.mark.fault(CLASS, "a secrets.env that others can read")
def test_a_readable_secrets_file_is_refused(running: World) -> None:
    """A secrets file that others can read stops every script with a clear error."""
    (running.vm.state / "secrets.env").chmod(0o644)
    for verb in ("status", "notify"):
        assert "chmod 600" in running.vm.script(verb, code=2).stderr
    assert running.vm.serving() == running.vm.validated() == running.good
