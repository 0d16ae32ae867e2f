"""The rehearsal's world: a throw-away home with an origin, a VM and an outside.

Owns its making, and that nothing of it is left running. It refuses to touch anything
outside its home, the loopback addresses and, with Docker, its own project.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import yaml
from rehearsal.base_image import ensure_base_image
from rehearsal.discord.server import DiscordServer
from rehearsal.github.server import GitHubServer
from rehearsal.remains import end_processes_of, remove_project
from rehearsal.scene import Scene

IMAGE = "mangetamain-rehearsal"
OWNER, REPOSITORY = "team", "mangetamain"
RECORDS = ("app-state", "logs")


@contextmanager
def opened_scene(source: Path, *, has_docker: bool) -> Iterator[Scene]:
    """Set the world up from the checkout ``source``; end all of it afterwards.

    Only the records stay; after Ctrl-C, nothing does.
    """
    home = Path(mkdtemp(prefix="mangetamain-rehearsal-"))
    environment = _environment(home)
    os.environ["PATH"] = environment["PATH"]  # The floor is measured from in here.
    origin = home / "origin.git"
    subprocess.run(("git", "init", "-q", "--bare", "-b", "main", origin), check=True)
    act = Path(sys.executable).with_name("act")
    discord = DiscordServer()
    github = GitHubServer(
        origin,
        OWNER,
        REPOSITORY,
        act,
        home,
        environment=environment,
        secrets={"DISCORD_WEBHOOK_URL": discord.webhook_url},
        variables={"SLOW_TESTS": "off"},  # They contain this very rehearsal.
    )
    port = _free_port()
    project = f"mangetamain-rehearsal-{port}"
    world = Scene(home, port, project, github, discord, environment)
    kept: tuple[str, ...] = ()
    try:
        with discord:
            _seed(world, source, has_docker=has_docker)
            _set_up_vm(world)
            with github:
                yield world
        kept = RECORDS
    finally:
        end_processes_of(home)
        _forget(home, kept)
        if has_docker:
            remove_project(project, f"{IMAGE}:{project}")


def _forget(home: Path, kept: tuple[str, ...]) -> None:
    for entry in home.iterdir():
        if entry.name not in kept:
            shutil.rmtree(entry, ignore_errors=True)
    if not kept:
        shutil.rmtree(home, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    # The package cache is shared with the real home: a second run is quick.
    cache = os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache" / "uv"
    tools = Path(sys.executable).parent
    return {
        **{name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        "HOME": str(home),
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "UV_CACHE_DIR": str(cache),
    }


def _seed(world: Scene, source: Path, *, has_docker: bool) -> None:
    """Make the first commit: this checkout as it stands, configured for this world."""
    listed = ("git", "-C", source, "ls-files", "-z", "-co", "--exclude-standard")
    names = subprocess.run(listed, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (source / name).is_file():
            target = world.clone / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target)
    _configure(world, has_docker=has_docker)
    origin = str(world.home / "origin.git")
    world.git("init", "--quiet", "-b", "main")
    world.git("remote", "add", "origin", origin)
    world.git("add", "--all")
    world.git("commit", "--quiet", "--message", "The repository as it stands")
    # Fetched, not pushed: this is where the story begins, no workflow is to run.
    world.git(f"--git-dir={origin}", "fetch", "--quiet", str(world.clone), "main:main")


def _configure(world: Scene, *, has_docker: bool) -> None:
    file = world.clone / "pipeline.yml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["paths"] = {
        "root": str(world.root),
        "state": str(world.state),
        "watcher_logs": str(world.logs),
    }
    settings["github"] |= {
        "api_url": world.github.api_url,
        "server_url": world.github.server_url,
        "repository": f"{OWNER}/{REPOSITORY}",
    }
    settings["ci"] |= {"interval": 1}
    settings["environments"].pop("prod")
    settings["environments"]["preprod"] |= {
        "strategy": "restart" if has_docker else "process",
        "project": world.project,
        "port": world.port,
        "url": world.url,
    }
    if has_docker:
        settings["image"] |= {"name": IMAGE, "base": ensure_base_image()}
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


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
