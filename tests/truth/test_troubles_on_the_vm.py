"""What goes wrong on the VM: brought about, seen as documented, cured as documented."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from rehearsal.github.rest.errors import error_body
from rehearsal.answers import Answer
from rehearsal.faults import Fault

from tests.faults.conftest import patient, running, template, world
from tests.sandbox.vm import SCRIPTS
from tests.mounting import Mounts
from tests.needs import need
from tests.sandbox.world import World
from tests.truth.stand_ins import TOOLS, write
from tests.truth.troubles import cure

__all__ = ["patient", "running", "template", "world"]
NO_RIGHT = "Resource not accessible by personal access token"
PROMOTE = ("--confirm", "DEPLOY")
V1 = "#!/bin/sh\necho 1.29.2\n"
NO_PLUGIN = "#!/bin/sh\nexit 1\n"
IMPATIENT = """
import runpy, sys
from pipeline import wiring
wiring.LOCK_PATIENCE = 0.5
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def data(running: World) -> Path:
    """Promote production, and give it data."""
    running.vm.script("promote", *PROMOTE)
    folder = running.vm.root / "20_prod/data"
    folder.mkdir()
    (folder / "orders.csv").write_text("1;2;3\n")
    return folder


@cure("`this SHA was rolled back here`", "CD preprod is blocked: CI failed")
def test_a_sha_that_was_rolled_back(patient: World) -> None:
    """It is refused; `--override-bad` deploys it, and so does a passing CI."""
    sha = patient.push("Bad")
    patient.settle(sha, "failed", code=5)
    assert "this SHA was rolled back here" in patient.deploy(sha, code=3)
    patient.deploy(sha, "--override-bad")
    assert patient.vm.serving() == sha
    other = patient.push("Flaky")
    patient.settle(other, "failed", code=5)
    patient.settle(other, "passed")
    assert patient.vm.serving() == patient.vm.validated() == other


@cure("`another operation held it for 900 s`", "CD preprod is blocked")
def test_somebody_holds_the_lock(patient: World) -> None:
    """The error names the command that names the process; its end frees the lock."""
    need("fuser")
    vm, sha = patient.vm, patient.vm.push("Waits")
    lock = vm.state / "preprod.lock"
    argv = ("flock", "--no-fork", str(lock), "sh", "-c", "echo held; exec cat")
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout and holder.stdout.readline() == b"held\n"
    deploy = ("deploy.py", "preprod", "--sha", sha, "--config", str(vm.config))
    done = subprocess.run(
        (sys.executable, "-c", IMPATIENT, SCRIPTS / deploy[0], *deploy[1:]),
        env={**os.environ, "HOME": str(vm.home), "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4 and "another operation held it for" in done.stderr
    named = f"fuser -v {lock}"
    assert named in done.stderr
    seen = subprocess.run(named.split(), capture_output=True, text=True)
    assert str(holder.pid) in seen.stdout.split()
    holder.kill()
    holder.communicate()
    vm.script("resume")
    patient.deploy(sha)
    assert vm.serving() == sha


@cure("`others can read it`")
def test_secrets_that_others_can_read(running: World) -> None:
    """Every script stops; the command that the error names mends it."""
    file = running.vm.state / "secrets.env"
    file.chmod(0o644)
    text = running.vm.script("status", code=2).stderr
    assert "others can read it" in text and f"chmod 600 {file}" in text
    subprocess.run(("chmod", "600", file), check=True)
    running.vm.script("status")


@cure("``` `docker-compose`: 1.… ``` in the error of a deployment")
def test_compose_is_too_old(running: World, tmp_path: Path) -> None:
    """v1 is refused before anything is touched; the real v2 is taken."""
    vm, tools = running.vm, tmp_path / "old"
    vm.preprod["strategy"] = "restart"
    vm.configure()
    sha = vm.push("With containers")
    arguments = ("deploy", "preprod", "--sha", sha)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    write(tools / "docker", NO_PLUGIN)
    write(tools / "docker-compose", V1)
    text = vm.script(*arguments, code=None, PATH=path).stderr
    assert "`docker-compose`: 1.29.2" in text
    assert vm.serving() == running.good
    shutil.copy(TOOLS / "docker-compose", tools / "docker-compose")
    text = vm.script(*arguments, code=None, PATH=path).stderr
    assert "1.29.2" not in text


@cure("`… is gone; it was there at …`")
def test_declared_data_vanished(running: World, data: Path) -> None:
    """No backup without it; restored, or taken out of the list, there is one again."""
    vm = running.vm
    (made,) = json.loads(vm.script("backup", "create", "--json").stdout)
    shutil.rmtree(data)
    assert "is gone; it was there at" in vm.script("backup", "create", code=3).stderr
    vm.script("backup", "restore", made["name"])
    vm.script("backup", "create")
    shutil.rmtree(data)
    vm.configure(backup={"paths": []})
    vm.script("backup", "create")


@cure("`it is written to all the time`")
def test_a_file_never_rests(running: World, data: Path) -> None:
    """A backup of it is refused while it is written to, and made afterwards."""
    over = Event()
    (data / "orders.csv").write_bytes(b"1;2;3\n" * 3_000_000)

    def scribble() -> None:
        with (data / "orders.csv").open("ab", buffering=0) as file:
            while not over.wait(0.0005):
                file.write(b"4;5;6\n")

    writer = Thread(target=scribble)
    writer.start()
    try:
        text = running.vm.script("backup", "create", code=3).stderr
    finally:
        over.set()
        writer.join()
    assert "it is written to all the time" in text
    running.vm.script("backup", "create")


@cure("`No space left on device` at a backup")
def test_no_room_for_a_backup(running: World, data: Path, mounts: Mounts) -> None:
    """Refused on a full disk, made once there is room."""
    folder = running.vm.root / "backups/prod"
    folder.mkdir(parents=True, exist_ok=True)
    with mounts.small(folder, "1m"):
        (data / "large.bin").write_bytes(os.urandom(2_000_000))
        text = running.vm.script("backup", "create", code=3).stderr
        assert "No space left on device" in text and "make room" in text
        mounts.remount(folder, "size=20m")
        running.vm.script("backup", "create")


@cure("`deployments wait in the journal to be reported`")
def test_github_may_not_be_told(running: World) -> None:
    """The deployment goes on; the reason is named; with the right it is told later."""
    secrets = running.vm.state / "secrets.env"
    token = f"PIPELINE_GITHUB_TOKEN={running.github.token}\n"
    secrets.write_text(secrets.read_text() + token)
    body = json.dumps(error_body(403, NO_RIGHT, {})).encode()
    refusal = Answer(403, (("content-type", "application/json"),), body)
    running.github.faults.inject(Fault(refusal), times=None, path="/deployments")
    sha = running.vm.push("Not told")
    text = running.deploy(sha)
    assert "in the journal to be reported" in text and "403" in text
    assert running.vm.serving() == sha
    running.github.faults.clear()
    assert "to be reported" not in running.vm.script("notify").stderr


@cure("no notice on Discord")
def test_discord_hears_nothing(patient: World) -> None:
    """`notify` says what is in the way, then sends what waits, once."""
    patient.discord.refuse_connections()
    sha = patient.push("Quietly")
    done = patient.vm.script("notify")
    assert done.stdout.strip() != "0" and "connection refused" in done.stderr
    patient.discord.accept_connections()
    assert patient.vm.script("notify").stdout.strip() == "0"
    assert patient.told().count(f"SHA: {sha[:7]}") == 1


@cure("the deployment says `nothing was touched`")
def test_a_commit_that_is_not_on_main(patient: World) -> None:
    """It is refused with its reason; on main it is deployed."""
    vm = patient.vm
    vm.git("commit", "--quiet", "--allow-empty", "--message", "On a branch")
    vm.git("push", "--quiet", "origin", "HEAD:feature")
    sha = vm.git("rev-parse", "HEAD")
    text = patient.deploy(sha, code=3) + patient.told()
    assert (
        "nothing was touched" in text.lower() and "not on the deployed branch" in text
    )
    assert vm.serving() == patient.good
    vm.git("push", "--quiet", "origin", "HEAD:main")
    patient.deploy(sha)
    assert vm.serving() == sha


@cure("`opening the journal …`")
def test_the_journal_is_damaged(patient: World) -> None:
    """Every script stops at once; a good copy put back is all it needs."""
    journal, good = patient.vm.state / "journal.db", patient.vm.home / "copy.db"
    with closing(sqlite3.connect(journal)) as source:
        with closing(sqlite3.connect(good)) as target:
            source.backup(target)
    for file in patient.vm.state.glob("journal.db*"):
        file.unlink()
    journal.write_bytes(b"This is no database, but long enough to be read as one." * 99)
    assert "opening the journal" in patient.vm.script("status", code=2).stderr
    shutil.copy(good, journal)
    assert patient.status()["is_validated"]


@cure("`opening the journal …`, and there is no copy")
def test_the_journal_is_lost(patient: World) -> None:
    """Moved aside, a new one begins: what serves stays, deployments go on."""
    vm = patient.vm
    vm.script("promote", *PROMOTE)
    for file in vm.state.glob("journal.db-*"):
        file.unlink()
    (vm.state / "journal.db").write_bytes(b"damaged beyond repair " * 999)
    assert "opening the journal" in vm.script("status", code=2).stderr
    (vm.home / "damaged").mkdir()
    for file in vm.state.glob("journal.db*"):
        shutil.move(file, vm.home / "damaged")
    vm.script("settle", "preprod", "--sha", patient.good, "--verdict", "passed")
    assert vm.serving() == vm.serving(vm.prod_port) == vm.validated() == patient.good
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    assert vm.serving() == vm.validated() == newer
    vm.script("promote", *PROMOTE)
    assert vm.serving(vm.prod_port) == newer
    bad = patient.push("Bad")
    patient.settle(bad, "failed", code=5)
    assert vm.serving() == newer


@cure("Production must go back, by hand")
def test_production_goes_back(patient: World) -> None:
    """`rollback` puts the version before up, verified; preprod is left alone."""
    vm = patient.vm
    vm.script("promote", *PROMOTE)
    newer = patient.push("Newer")
    patient.settle(newer, "passed")
    vm.script("promote", *PROMOTE)
    assert vm.serving(vm.prod_port) == newer
    vm.script("rollback", "prod", "--confirm", "ROLLBACK")
    assert vm.serving(vm.prod_port) == patient.good and vm.serving() == newer
