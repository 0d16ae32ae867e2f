"""A begun world, made once and copied for each test: setting one up takes seconds."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import load_config
from pipeline.adapters.git_store import Store
from pipeline.strategies.choice import strategy_of

from tests.sandbox.vm import Vm
from tests.sandbox.world import World, begin, opened


@dataclass(frozen=True, slots=True)
class Template:
    """The home of a world that was begun and stopped; ``good`` was validated in it.

    Attributes:
        awaiting: what was pushed since, serves and awaits its verdict, or nothing.
    """

    home: Path
    good: str
    awaiting: str = ""

    @contextmanager
    def opened(self, home: Path) -> Iterator[World]:
        """Give a copy of the world, its app serving, connected with its own outside."""
        home.mkdir(exist_ok=True)
        subprocess.run(("cp", "-a", f"{self.home}/.", str(home)), check=True)
        vm = Vm(home)
        _repoint(vm)
        with opened(vm) as world:
            world.good = self.good
            world.ci(self.good)
            vm.keep_webhook()
            if self.awaiting:
                vm.pushed.append(self.awaiting)
            _restart(vm)
            world.wait(vm.serving)
            yield world


def make_template(home: Path) -> Template:
    """Begin a world and stop it."""
    with opened(Vm(home)) as world:
        begin(world)
        return Template(home, world.good)


def make_awaiting(template: Template, home: Path) -> Template:
    """Deploy one more version, and stop the world before its verdict."""
    with template.opened(home) as world:
        return Template(home, world.good, world.push("Awaiting"))


def _repoint(vm: Vm) -> None:
    """Make every absolute path that git keeps one of this home."""
    store = vm.root / ".pipeline" / "repo.git"
    for repository in (vm.clone / ".git", store):
        command = ("config", "remote.origin.url", str(vm.origin))
        vm.git(f"--git-dir={repository}", *command)
    for name in ("10_preprod", "20_prod"):
        administration = store / "worktrees" / name
        (administration / "gitdir").write_text(f"{vm.root / name / '.git'}\n")
        (vm.root / name / ".git").write_text(f"gitdir: {administration}\n")


def _restart(vm: Vm) -> None:
    config = load_config(vm.config)
    store = Store(vm.root / ".pipeline" / "repo.git", config.github.branch)
    strategy_of(config, "preprod", store).restart()
