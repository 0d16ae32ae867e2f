"""How a machine is set: account, umask, terminal, Python, names of folders, owners."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.users import IS_ROOT, OTHER, other, run_script, unknown
from tests.sandbox.vm import CACHE, REPOSITORY, SCRIPTS, Vm
from tests.sandbox.world import World, begin, opened

CLASS = "the machine"
# Without these Python takes C for UTF-8.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
OF_ANOTHER_JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "mallory",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_RUN_ID": "666",
    "GITHUB_SERVER_URL": "https://elsewhere.example",
}


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault(CLASS, case)


@fault("no HOME, no USER, nobody in the user database")
def test_nobody_knows_the_account(patient: World) -> None:
    """Everything works; a person whose name is not known is told by his number."""
    vm, sha = patient.vm, patient.vm.push("Next")
    with unknown(vm) as account:
        for verb, *arguments in (
            ("deploy", "preprod", "--sha", sha),
            ("status",),
            ("settle", "preprod", "--sha", sha, "--verdict", "passed"),
            ("promote", "--confirm", "DEPLOY"),
            ("rollback", "preprod", "--confirm", "ROLLBACK"),
            ("resume",),
        ):
            done = run_script(vm, account, verb, *arguments)
            assert done.returncode == 0, (verb, done.stderr)
        assert vm.serving() == patient.good and vm.serving(vm.prod_port) == sha
    assert f"uid {OTHER}" in patient.told()


@fault("a path that needs a home where there is none")
def test_a_missing_home_is_named(patient: World) -> None:
    """What cannot be known without HOME is said by its key, before anything is done."""
    patient.vm.configure(paths={"watcher_logs": "~/logs"})
    with unknown(patient.vm) as account:
        done = run_script(patient.vm, account, "status")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "paths.watcher_logs" in done.stderr and "HOME" in done.stderr


@fault("a terminal without UTF-8")
def test_an_ascii_terminal_shows_everything(patient: World) -> None:
    """Words that the terminal cannot hold are shown in another way; nothing fails."""
    vm, sha = patient.vm, patient.vm.push("Épicé 🌶")
    for verb, *arguments in (
        ("deploy", "preprod", "--sha", sha),
        ("status",),
        ("status", "--json"),
        ("notify", "--dry-run", "🌶 \udcff"),
        ("promote", "--dry-run"),
        ("backup", "--help"),
    ):
        done = run_script(vm, (), verb, *arguments, HOME=str(vm.home), **ASCII)
        assert done.returncode == 0, (verb, done.stderr)
        assert (done.stdout + done.stderr).isascii()
    assert vm.serving() == sha
    assert "Épicé" in patient.told()


@pytest.fixture
def private(world: World) -> Iterator[World]:
    """Give a world that a person with umask 077 sets up."""
    before = os.umask(0o077)
    try:
        yield world
    finally:
        os.umask(before)


@fault("umask 077")
def test_what_is_served_can_be_read(private: World) -> None:
    """A container's user reads all that it serves, also after a reset by hand."""
    begin(private)
    vm = private.vm
    tree, store = vm.root / "10_preprod", vm.root / ".pipeline/repo.git"
    vm.git("reset", "--quiet", "--hard", private.good, at=tree)
    vm.git("checkout", "--quiet", "--detach", "HEAD~0", at=tree)
    private.push("Next")
    names = vm.git("ls-files", at=tree).splitlines()
    served = [tree / name for name in names]
    files = (*served, store / "worktrees/10_preprod/HEAD", vm.root / "30_docker/.env")
    closed = [file for file in files if not readable(file, vm.home)]
    assert not closed
    secrets = stat.S_IMODE((vm.state / "secrets.env").stat().st_mode)
    locks = stat.S_IMODE((vm.state / "preprod.lock").stat().st_mode)
    assert (secrets, locks) == (0o600, 0o600)


def readable(file: Path, top: Path) -> bool:
    """Tell whether everybody may read a file, by the folders from ``top`` to it."""
    above = [folder for folder in file.parents if folder.is_relative_to(top)][:-1]
    is_open = all(folder.stat().st_mode & 0o005 == 0o005 for folder in above)
    return is_open and bool(file.stat().st_mode & 0o004)


@pytest.fixture
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Give a world whose deployment root and home have names that shells split."""
    home = tmp_path / "l'été 100%n $HOME"
    home.mkdir()
    with opened(Vm(home)) as made:
        begin(made)
        made.vm.configure(ci={"deadline": 600})
        yield made
        request.node.user_properties.append(("end", made.seen()))


@fault("a root directory with blanks, a quote, %, $ and an accent")
def test_any_root_directory_works(odd: World) -> None:
    """Deploying, promoting, rolling back; what people are told to type can be typed."""
    vm = odd.vm
    vm.script("promote", "--confirm", "DEPLOY")
    bad = odd.push("Bad")
    odd.settle(bad, "failed", code=5)
    assert vm.serving() == odd.good
    next_one = odd.push("Next", page="<title>Mangetamain, changed</title>")
    odd.settle(next_one, "passed")
    vm.prod["rollback_on_failure"] = False
    vm.configure(health={"deadline": 1}, app={"content": "Mangetamain</title>"})
    vm.script("promote", "--confirm", "DEPLOY", code=6)
    (told,) = [text for text in vm.notices() if "git reset --hard" in text]
    reset = next(line for line in told.splitlines() if "git reset" in line).strip("`")
    tree = vm.root / "20_prod"
    (tree / "10_preprod" / "page.html").write_text("edited")
    typed = subprocess.run(("bash", "-c", reset), capture_output=True, text=True)
    assert typed.returncode == 0, (reset, typed.stderr)
    assert vm.git("status", "--porcelain", at=tree) == ""
    assert vm.git("rev-parse", "HEAD", at=tree) == odd.good
    assert odd.status()["serving"] == next_one


@fault("another user's state")
def test_only_its_owner_writes_the_state(patient: World) -> None:
    """Everybody else is refused before anything is written, and told whom to be."""
    vm, sha = patient.vm, patient.vm.push("Next")
    if IS_ROOT:
        os.chown(vm.state, OTHER, OTHER)
        owner, user = f"uid {OTHER}", f"sudo -u '#{OTHER}'"
    else:  # Nobody gives a folder away: take one of root's.
        vm.configure(paths={"state": "/usr/share"})
        owner, user = "root", "sudo -u root"
    before = listing(vm.state), listing(vm.root)
    for verb, *arguments in (
        ("deploy", "preprod", "--sha", sha),
        ("settle", "preprod", "--sha", sha, "--verdict", "failed"),
        ("promote", "--confirm", "DEPLOY"),
        ("rollback", "preprod", "--confirm", "ROLLBACK"),
        ("watch_ci", "preprod", "--sha", sha),
        ("resume",),
        ("check_health",),
        ("notify", "hello"),
        ("backup", "create"),
        ("setup_vm", "--origin", str(vm.origin)),
    ):
        done = vm.script(verb, *arguments, code=2)
        assert owner in done.stderr and user in done.stderr, (verb, done.stderr)
    assert (listing(vm.state), listing(vm.root)) == before
    if IS_ROOT:
        os.chown(vm.state, 0, 0)
    else:
        vm.configure()
    patient.deploy(sha)
    assert vm.serving() == sha


def names(folder: Path) -> list[str]:
    """Return the names of all that stands below a folder."""
    return sorted(str(path) for path in folder.rglob("*"))


def listing(folder: Path) -> list[tuple[str, int, int]]:
    """Return what stands below a folder, with its size and its time."""
    found = ((path, path.lstat()) for path in sorted(folder.rglob("*")))
    return [
        (str(path), state.st_size, state.st_mtime_ns)
        for path, state in found
        if path.suffix != ".log"
    ]


@fault("a second operator looks")
def test_a_second_operator_may_look(patient: World) -> None:
    """Status and dry runs answer to another user, and leave no trace."""
    vm, sha = patient.vm, patient.push("Awaiting")
    patient.wait(lambda: patient.status()["watched"])
    looking = other(vm) if IS_ROOT else ()
    for is_at_rest in (False, True):
        if is_at_rest:
            vm.kill("watch_ci")
            vm.journal("PRAGMA wal_checkpoint(TRUNCATE)")
        before = names(vm.state)
        done = run_script(vm, looking, "status", HOME=str(vm.home))
        assert done.returncode == 0, done.stderr
        assert sha[:7] in done.stdout and vm.webhook not in done.stdout
        done = run_script(vm, looking, "promote", "--dry-run", HOME=str(vm.home))
        assert done.returncode == 0, done.stderr
        if IS_ROOT:
            assert names(vm.state) == before
            done = run_script(vm, looking, "deploy", "preprod", f"--sha={sha}")
            assert done.returncode == 2 and "root" in done.stderr, done.stderr
            done = run_script(vm, looking, "status", "--help")
            assert done.returncode == 0


@fault("GITHUB_* of another job")
@pytest.mark.parametrize(
    "more", [{"GITHUB_REPOSITORY": "other/r"}, {"GITHUB_ACTIONS": ""}], ids=str
)
def test_another_job_names_nobody(patient: World, more: dict[str, str]) -> None:
    """Who works by hand in a shell with leftovers of a job works in his own name."""
    vm, sha = patient.vm, patient.vm.push("By hand")
    event = vm.home / "event.json"
    event.write_text('{"head_commit": {"message": "Not this one"}}')
    job = {**OF_ANOTHER_JOB, "GITHUB_SHA": sha, "GITHUB_EVENT_PATH": str(event)}
    vm.script("deploy", "preprod", "--sha", sha, **{**job, **more})
    patient.settle(sha, "passed")
    vm.script("promote", "--confirm", "DEPLOY", **{**job, **more})
    vm.script("rollback", "preprod", "--confirm", "ROLLBACK", **{**job, **more})
    told = "\n".join((patient.told(), *vm.notices()))
    for leftover in ("mallory", "666", "elsewhere", "Not this one"):
        assert leftover not in told
    assert "By hand" in told


@fault("GITHUB_* of another commit's job")
def test_another_commits_job_names_nobody(patient: World) -> None:
    """A push's job deploys its own commit: another one is deployed by hand."""
    vm, sha = patient.vm, patient.vm.push("By hand")
    job = {**OF_ANOTHER_JOB, "GITHUB_SHA": patient.good}
    vm.script("deploy", "preprod", "--sha", sha, **job)
    assert "mallory" not in "\n".join((patient.told(), *vm.notices()))
    (row,) = vm.journal("SELECT actor, run_url FROM deployment WHERE sha = ?", sha)
    assert row == ("Ada", "")


@fault("a Python version that is not here")
def test_a_python_version_is_looked_for(tmp_path: Path) -> None:
    """`setup-uv` exports a version: uv provides it, or what is near is used, aloud."""
    shutil.copytree(SCRIPTS, tmp_path / "70_scripts", symlinks=True)
    for name in ("pyproject.toml", "uv.lock", "pipeline.yml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    state = tmp_path / "state"
    state.mkdir()
    places = {"/var/app-state": str(state), "~/mangetamain": str(tmp_path / "root")}
    text = (tmp_path / "pipeline.yml").read_text()
    for old, new in places.items():
        text = text.replace(old, new)
    (tmp_path / "pipeline.yml").write_text(text)
    environment = {
        **{name: value for name, value in os.environ.items() if "PYTHON" not in name},
        **CACHE,
        "UV_PYTHON": "3.13.7",
        "UV_HTTP_RETRIES": "0",
    }
    command = (tmp_path / "70_scripts" / "run", "notify", "--dry-run", "hello")
    for _ in range(2):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        assert "would post" in done.stderr
        environment["UV_OFFLINE"] = "1"  # Once it is there nothing is asked for.
        for name in ("HOME", "USER", "LOGNAME"):  # As systemd's timers start it.
            environment.pop(name, None)
    version = subprocess.run(
        (tmp_path / ".venv/bin/python", "-V"), capture_output=True, text=True
    ).stdout.split()[1]
    if version != "3.13.7":
        assert version.startswith("3.13.") or not shutil.which("python3.13")


@fault("what the first start writes is no file")
def test_nothing_holds_the_first_start(tmp_path: Path) -> None:
    """A FIFO in the place of the start's own lock or stamp is named, not waited for."""
    (tmp_path / "70_scripts").mkdir()
    for name in ("run", "notify.py"):
        shutil.copy(SCRIPTS / name, tmp_path / "70_scripts")
    shutil.copytree(SCRIPTS / "starting", tmp_path / "70_scripts/starting")
    for name in ("uv.lock", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    for name in (".venv.lock", ".venv/.ready-pipeline", "uv.lock"):
        place = tmp_path / name
        kept = place.rename(tmp_path / "kept") if place.exists() else None
        os.mkfifo(place)
        done = subprocess.run(
            (tmp_path / "70_scripts" / "run", "notify"),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2 and str(place) in done.stderr, done.stderr
        place.unlink()
        if kept:
            kept.rename(place)
