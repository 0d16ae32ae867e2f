"""A sandbox VM and its outside, with the words that tests need to play in it."""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from rehearsal.discord.server import DiscordServer
from rehearsal.github.scripting import ScriptedRun
from rehearsal.github.server import GitHubServer

from tests.sandbox.vm import CACHE, Vm

PATIENCE = 40.0
SURE = ("--confirm", "ROLLBACK")  # What a rollback by hand asks for.
PAUSE = 0.05
RESTART = """
import sys
from pathlib import Path
from pipeline import wiring
from pipeline.config import load_config
file = Path(sys.argv[1])
env = wiring.build(load_config(file), file).environment(sys.argv[2])
env.strategy.restart()
"""


@dataclass
class World:
    """The VM and its outside; ``good`` is the SHA that is validated and serves."""

    vm: Vm
    github: GitHubServer
    discord: DiscordServer
    good: str = ""

    def ci(self, sha: str, conclusion: str | None = "success", **more: Any) -> None:
        """Let GitHub list a CI run of a commit."""
        self.github.script_runs(ScriptedRun(sha, conclusion, **more))

    def deploy(self, sha: str, *options: str, code: int = 0) -> str:
        """Deploy a commit with the real script; return what it told people."""
        arguments = ("preprod", "--sha", sha, *options)
        return self.vm.script("deploy", *arguments, code=code).stderr

    def push(self, message: str, **behaviour: object) -> str:
        """Push a version and deploy it; return its SHA."""
        sha = self.vm.push(message, **behaviour)
        self.deploy(sha)
        return sha

    def end(self, sha: str) -> str:
        """Wait until the newest deployment of a commit has ended; return how."""
        query = (
            "SELECT o.outcome FROM outcome o JOIN deployment d ON d.id = o.deployment "
            "WHERE d.sha = ? AND d.kind = 'deploy' ORDER BY d.id DESC"
        )
        self.wait(lambda: self.vm.journal(query, sha))
        return str(self.vm.journal(query, sha)[0][0])

    def wait(self, is_so: Callable[[], object]) -> None:
        """Wait, within bounds, until something is so."""
        pause = Event()
        for _ in range(int(PATIENCE / PAUSE)):
            if is_so():
                return
            pause.wait(PAUSE)
        raise AssertionError("it did not come to pass")

    def settle(self, sha: str, verdict: str, code: int = 0) -> None:
        """Settle a verdict on preprod with the real script."""
        arguments = ("preprod", "--sha", sha, "--verdict", verdict)
        self.vm.script("settle", *arguments, code=code)

    def status(self, environment: str = "preprod") -> dict[str, object]:
        """Return what the status script says of an environment."""
        seen: list[dict[str, object]] = json.loads(
            self.vm.script("status", "--json").stdout
        )
        return next(one for one in seen if one["environment"] == environment)

    def restart_by_hand(self, environment: str = "preprod") -> None:
        """Restart an app from its worktree as it is, as somebody on the VM would."""
        self.vm.python(RESTART, str(self.vm.config), environment)
        port = self.vm.port if environment == "preprod" else self.vm.prod_port
        self.wait(lambda: self.vm.serving(port))

    def seen(self) -> str:
        """Return how it ended, in short: what serves, what the records say."""
        try:
            kind, sha, outcome = self.vm.ends()[-1]
            journal = f"{kind} of {self.name(str(sha))}: {outcome or 'open'}"
            told = (self.vm.notices() or ["nothing"])[-1].partition("\n")[0]
        except (sqlite3.Error, IndexError):
            journal, told = "no journal", "nothing"
        serving = self.name(self.vm.serving())
        if on_prod := self.vm.serving(self.vm.prod_port):
            serving += f", prod {self.name(on_prod)}"
        validated = self.name(self.vm.validated())
        return f"serves {serving} · validated {validated} · {journal} · told “{told}”"

    def name(self, sha: str) -> str:
        """Return what the table calls a commit: good, or A, B … as they were pushed."""
        if sha in self.vm.pushed:
            return chr(ord("A") + self.vm.pushed.index(sha))
        return "good" if sha and sha == self.good else sha[:7] or "nothing"

    def told(self) -> str:
        """Return everything that Discord shows now."""
        return "\n---\n".join(message.content for message in self.discord.messages)


@contextmanager
def opened(vm: Vm, act: Path | None = None) -> Iterator[World]:
    """Connect a VM with a loopback GitHub and Discord.

    With act, what is pushed runs the workflows that it brings; else nothing runs.
    """
    if not vm.origin.exists():
        bare = ("init", "--quiet", "--bare", "-b", "main", str(vm.origin))
        vm.git(*bare, at=vm.home)
    github = GitHubServer(
        vm.origin,
        "o",
        "r",
        act,
        vm.home,
        environment={**CACHE, "PATH": tools()},
        variables={"SLOW_TESTS": "off"},
    )
    discord = DiscordServer()
    try:
        discord.start()
        github.start()
        vm.webhook, vm.api_url = discord.webhook_url, github.api_url
        vm.configure()
        yield World(vm, github, discord)
    finally:
        if act:
            github.stop()  # With all that it runs.
        vm.stop()
        # Nobody waits until they have noticed: the next world has its own.
        for server in (github, discord):
            Thread(target=server.stop, daemon=True).start()


def tools() -> str:
    """Return a PATH on which the environment's own tools come first."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def begin(world: World) -> None:
    """Validate a first version; all that there is to tell of it was told."""
    world.good = world.vm.create()
    world.ci(world.good)
    world.deploy(world.good)
    end = world.end(world.good)
    if end != "validated":
        raise AssertionError(f"the first version is {end}")
    world.vm.script("notify")  # Its watcher may end before it has told.
