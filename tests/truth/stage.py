"""Where documented commands run: a VM, a developer's clone, the outside as played.

Owns what a page's placeholders and places mean here, and what must be so before a
command makes sense.
"""

import json
import os
import pty
import re
import subprocess
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.sandbox.vm import CACHE, GIT
from tests.sandbox.world import World
from tests.truth.blocks import Block

# These make sense with an earlier version to return to, or a newer one to promote.
MOVING = re.compile(r"rollback|promote|cd-prod|to_prod|backup|reset --hard")
WORDS = ("PREVIOUS_SHA", "BAD_SHA", "SHA", "NAME")
TIME = 120


@dataclass
class Stage:
    """A world with two versions on it, and how a person types there."""

    world: World
    scratch: Path
    path: str
    gh: dict[str, str]
    older: str = ""
    newer: str = ""
    numbers: "count[int]" = field(default_factory=count)

    def type(self, block: Block) -> "subprocess.CompletedProcess[str]":
        """Run a block as a person would, line by line; the first failure ends it."""
        with self._prepared(block) as words:
            return self.run(self.translated(block.commands, words), block.way)

    def run(self, commands: str, way: str) -> "subprocess.CompletedProcess[str]":
        """Run commands in the home or the clone that they are for."""
        vm = self.world.vm
        home = self.scratch / "new" if way == "new vm" else vm.home
        home.mkdir(exist_ok=True)
        dropped = {"CI", "VIRTUAL_ENV", "PYTHONPATH"}
        kept = {n: v for n, v in os.environ.items() if n not in dropped}
        own = {"HOME": str(home), "PATH": self.path, "USER": "root", "COLUMNS": "100"}
        with _keyboard("DEPLOY\n") as terminal:
            return subprocess.run(
                ("bash", "-euo", "pipefail", "-c", commands),
                cwd=vm.clone if way == "clone" else home,
                env={**kept, **GIT, **CACHE, **own, **self.gh},
                stdin=terminal,
                capture_output=True,
                text=True,
                timeout=TIME,
                check=False,
            )

    def translated(self, commands: str, words: dict[str, str]) -> str:
        """Return the commands with this stage's places in place of the VM's."""
        vm = self.world.vm
        state = self.scratch / "new/state" if "install -d" in commands else vm.state
        places = {
            "git@github.com:OWNER/NAME.git": str(vm.origin),
            "/tmp/ci-watcher": f"{vm.logs}/ci-watcher",
            "/tmp/": f"{self.scratch}/",
            "/var/app-state": str(state),
            "127.0.0.1:8500": f"127.0.0.1:{vm.port}",
            "127.0.0.1:8501": f"127.0.0.1:{vm.prod_port}",
        }
        # In one pass: what is put in is not read again.
        anywhere = "|".join(map(re.escape, places))
        commands = re.sub(anywhere, lambda found: places[found[0]], commands)
        for word in WORDS:
            commands = re.sub(rf"\b{word}\b", words.get(word, word), commands)
        return commands

    def push(self, message: str) -> str:
        """Push and deploy a version that differs from all before; return its SHA."""
        return self.world.push(f"{message}, {next(self.numbers)}")

    def advance(self) -> None:
        """Validate and promote one more version."""
        self.older = self.world.vm.serving(self.world.vm.prod_port)
        self.newer = self.push("One more")
        self.world.settle(self.newer, "passed")
        self.world.vm.script("promote", "--confirm", "DEPLOY")

    @contextmanager
    def _prepared(self, block: Block) -> Iterator[dict[str, str]]:
        """Bring about what the commands presuppose; say what their words stand for."""
        world, text = self.world, block.commands
        words = {}
        if MOVING.search(text):
            self.advance()
            if not self.older:  # Nothing was on production before.
                self.advance()
            words["PREVIOUS_SHA"] = self.older
        if "to_prod" in text or "cd-prod" in text:
            world.settle(self.push("To promote"), "passed")
        if "BAD_SHA" in text:
            words["BAD_SHA"] = self.push("Bad")
            world.settle(words["BAD_SHA"], "failed", code=5)
        elif re.search(r"--sha SHA|cd-preprod", text):
            words["SHA"] = self.push("Awaiting its verdict")
        if "restore NAME" in text:
            made = world.vm.script("backup", "create", "--json").stdout
            words["NAME"] = json.loads(made)[0]["name"]
        if text.startswith("git push"):
            world.vm.git("commit", "--quiet", "--allow-empty", "-m", "feat: mine")
        with _holding(world.vm.state / "preprod.lock", is_on="fuser" in text):
            yield words
        if "reset --hard" in text:  # The journal shall be true again for the next one.
            world.vm.script("promote", "--confirm", "DEPLOY")


@contextmanager
def _keyboard(typed: str) -> Iterator[int]:
    """Give a terminal at which somebody has typed something."""
    master, terminal = pty.openpty()
    try:
        os.write(master, typed.encode())
        yield terminal
    finally:
        os.close(master)
        os.close(terminal)


@contextmanager
def _holding(lock: Path, *, is_on: bool) -> Iterator[None]:
    """Let another process hold a lock meanwhile."""
    argv = ("flock", lock, "sh", "-c", "echo held; exec cat")
    if not is_on:
        yield
        return
    holder = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout and holder.stdout.readline() == b"held\n"
    yield
    holder.communicate()
