"""The rehearsal's world: a throw-away home with an origin, a VM and an outside.

Owns its making, and that nothing of it is left running. It refuses to touch anything
outside its home, the loopback addresses and, with Docker, its own project.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from pipeline.effects.account import cache_folder
from rehearsal.configuring import IMAGE, OWNER, REPOSITORY, configure
from rehearsal.layout import layout_of
from rehearsal.processes import end_processes_of
from rehearsal.remains import begin_removal, remove_project, undisturbed
from rehearsal.scene import Scene

if TYPE_CHECKING:  # `rehearse --help` needs no server.
    from rehearsal.discord.server import DiscordServer
    from rehearsal.github.server import GitHubServer

RECORDS = ("app-state", "logs")
REMOVAL_PATIENCE = 0.5  # seconds


@contextmanager
def opened_scene(
    source: Path, *, has_docker: bool, ci: Mapping[str, object] | None = None
) -> Iterator[Scene]:
    """Set the world up; end all of it afterwards.

    Only the records stay; after Ctrl-C, nothing does.

    Args:
        source: the checkout that is rehearsed.
        has_docker: containers on the real engine, else local processes.
        ci: settings of ``ci`` in pipeline.yml other than the rehearsal's usual ones.
    """
    from rehearsal.discord.server import DiscordServer

    home, layout = Path(mkdtemp(prefix="mangetamain-rehearsal-")), layout_of(source)
    environment = _environment(home)
    os.environ["PATH"] = environment["PATH"]  # The floor is measured from in here.
    discord = DiscordServer()
    github = _github(home, environment, discord)
    ports = {name: _free_port() for name in layout.environments}
    world = Scene(home, layout, ports, github, discord, environment)
    kept: tuple[str, ...] = ()
    try:
        discord.start()
        _seed(world, source, has_docker=has_docker, ci=ci or {})
        _set_up_vm(world)
        github.start()
        yield world
        kept = RECORDS
    finally:
        with undisturbed():
            # Killed and moved away first, so that nothing has to be waited for.
            end_processes_of(home)
            removal = begin_removal(home, kept)
            github.stop()
            discord.stop()
            end_processes_of(home)
            # What was begun meanwhile.
            if home.exists():
                begin_removal(home, kept).wait()
            with suppress(subprocess.TimeoutExpired):
                removal.wait(REMOVAL_PATIENCE)  # Then it ends by itself.
            if has_docker:
                for project in map(world.project_of, layout.environments):
                    remove_project(project, f"{IMAGE}:{project}")


def _github(
    home: Path, environment: Mapping[str, str], discord: "DiscordServer"
) -> "GitHubServer":
    """Return a GitHub with an empty repository and what the team keeps there."""
    from rehearsal.github.server import GitHubServer

    origin = home / "origin.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", origin), check=True)
    return GitHubServer(
        origin,
        OWNER,
        REPOSITORY,
        Path(sys.executable).with_name("act"),
        home,
        environment=environment,
        secrets={"DISCORD_WEBHOOK_URL": discord.webhook_url},
        variables={"SLOW_TESTS": "off"},  # They contain this very rehearsal.
    )


def _environment(home: Path) -> dict[str, str]:
    # These caches are shared with the real home: a second run is quick.
    caches = cache_folder()
    packages = os.environ.get("UV_CACHE_DIR") or caches / "uv"
    tools = Path(sys.executable).parent
    temporary = home / "tmp"  # What is killed removes none of its files.
    temporary.mkdir()
    return {
        **{name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        "HOME": str(home),
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "UV_CACHE_DIR": str(packages),
        "TMPDIR": str(temporary),
        # CI's tests end with the first that fails: the story goes on sooner.
        "PYTEST_ADDOPTS": "-x --maxschedchunk=1",
        "MYPY_CACHE_DIR": str(caches / "mangetamain-cicd" / "mypy"),
    }


def _seed(
    world: Scene, source: Path, *, has_docker: bool, ci: Mapping[str, object]
) -> None:
    """Make the first commit: this checkout as it stands, configured for this world."""
    listed = ("git", "-C", source, "ls-files", "-z", "-co", "--exclude-standard")
    names = subprocess.run(listed, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (source / name).is_file():
            target = world.clone / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target)
    configure(world, has_docker=has_docker, ci=ci)
    origin = str(world.home / "origin.git")
    world.git("init", "--quiet", "-b", "main")
    world.git("remote", "add", "origin", origin)
    world.git("add", "--all")
    world.git("commit", "--quiet", "--message", "The repository as it stands")
    # Fetched, not pushed: this is where the story begins, no workflow is to run.
    world.git(f"--git-dir={origin}", "fetch", "--quiet", str(world.clone), "main:main")


def _set_up_vm(world: Scene) -> None:
    config = ("--config", str(world.clone / "pipeline.yml"))
    origin = ("--origin", str(world.home / "origin.git"))
    world.run(str(world.clone / "70_scripts" / "setup_vm.sh"), *origin, *config)
    secrets = world.state / "secrets.env"
    lines = (
        f"DISCORD_WEBHOOK_URL={world.discord.webhook_url}",
        f"PIPELINE_GITHUB_TOKEN={world.github.token}",
    )
    secrets.touch(mode=0o600)
    secrets.write_text("\n".join(lines) + "\n", encoding="utf-8")
    world.script("status", "--json")


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
