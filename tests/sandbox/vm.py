"""A VM in a folder, with an origin to push to and the real scripts to run on it."""

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml
from pipeline.effects.account import cache_folder

from tests.sandbox import starting
from tests.sandbox.starting import REPOSITORY, SCRIPTS

TREE = Path(__file__).parent / "tree"
PORTS = (15_000, 30_000)
DEFINED_BY = ["30_docker/serve.py", "10_preprod/pyproject.toml", "10_preprod/uv.lock"]
GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}
# A home of its own, but not a package cache of its own.
CACHE = {"UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(cache_folder() / "uv")}


def free_port() -> int:
    """Return a port that nobody listens on, below those that are given out unasked."""
    while True:
        port = random.randrange(*PORTS)
        with closing(socket.socket()) as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


@dataclass
class Vm:
    """A throw-away home: origin, a clone to commit in, the deployment root, state."""

    home: Path
    tree: Path = TREE
    settings: dict[str, dict[str, object]] = field(default_factory=dict)
    preprod: dict[str, object] = field(default_factory=dict)
    prod: dict[str, object] = field(default_factory=dict)
    api_url: str = "http://127.0.0.1:1"
    webhook: str = ""
    has_own_pipeline: bool = False

    def __post_init__(self) -> None:
        """Lay out the places and write the configuration."""
        self.origin = self.home / "origin.git"
        self.clone = self.home / "clone"
        self.root = self.home / "mangetamain"
        self.state = self.home / "state"
        self.logs = self.home / "logs"
        self.config = self.home / "pipeline.yml"
        self.port, self.prod_port = free_port(), free_port()
        self.pushed: list[str] = []
        self.configure()

    def configure(self, **sections: Any) -> None:
        """Write pipeline.yml: the shipped one, this VM's places, ``sections``."""
        shipped = yaml.safe_load((REPOSITORY / "pipeline.yml").read_text())
        shipped["paths"] = {
            "root": str(self.root),
            "state": str(self.state),
            "watcher_logs": str(self.logs),
        }
        shipped["github"] |= {"api_url": self.api_url, "repository": "o/r"}
        shipped["ci"] |= {"interval": 0.2, "deadline": 6}
        gate = {"interval": 0.05, "deadline": 8, "probe_timeout": 2, "soak": 0.2}
        shipped["health"] |= gate
        shipped["image"]["defined_by"] = DEFINED_BY
        shipped["environments"]["preprod"] |= {
            "strategy": "process",
            "port": self.port,
            **self.preprod,
        }
        shipped["environments"]["prod"] |= {
            "strategy": "process",
            "port": self.prod_port,
            **self.prod,
        }
        for changes in (self.settings, sections):
            for name, values in changes.items():
                is_section = isinstance(values, dict)
                shipped[name] = {**shipped[name], **values} if is_section else values
        self.config.write_text(yaml.safe_dump(shipped))

    def create(self, address: str = "") -> str:
        """Make the origin with one commit and set the VM up; return the commit.

        The VM fetches from ``address``, where the origin is served to it.
        """
        self.git("clone", "--quiet", str(self.origin), str(self.clone), at=self.home)
        shutil.copytree(self.tree, self.clone, dirs_exist_ok=True)
        self.bring_pipeline()
        sha = self.push("First version")
        self.script("setup_vm", "--origin", address or str(self.origin))
        if not self.has_own_pipeline:
            # The checkout's scripts are used: no validated version takes their place.
            (self.root / ".pipeline" / "current").unlink()
            shutil.rmtree(self.root / ".pipeline" / "releases")
        self.keep_webhook()
        return sha

    def bring_pipeline(self) -> None:
        """Put the checkout's pipeline, with this VM's configuration, into the clone."""
        hidden = shutil.ignore_patterns("__pycache__", "rehearsal")
        shutil.copytree(SCRIPTS, self.clone / "70_scripts", ignore=hidden)
        for name in ("pyproject.toml", "uv.lock", "noxfile.py"):
            shutil.copy(REPOSITORY / name, self.clone)
        (self.clone / "pipeline.yml").write_text(self.config.read_text())

    def keep_webhook(self, more: str = "") -> None:
        """Write the secrets: the webhook, and ``more`` lines."""
        if self.webhook:
            secrets = self.state / "secrets.env"
            secrets.write_text(f"DISCORD_WEBHOOK_URL={self.webhook}\n{more}")
            secrets.chmod(0o600)

    def bring(self, *workflows: str) -> None:
        """Put some of the repository's own workflows into the next commit."""
        folder = ".github/workflows"
        (self.clone / folder).mkdir(parents=True)
        for name in workflows:
            shutil.copy(REPOSITORY / folder / name, self.clone / folder)

    def push(self, message: str, branch: str = "main", **behaviour: object) -> str:
        """Commit a version that behaves as told, push it, return its SHA."""
        app = self.clone / "10_preprod"
        (app / "behaviour.json").write_text(json.dumps(behaviour))
        (app / "version.txt").write_text(message)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", f"HEAD:{branch}")
        self.pushed.append(self.git("rev-parse", "HEAD"))
        return self.pushed[-1]

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """Run git in the clone, or at another place; return what it printed."""
        done = subprocess.run(
            ("git", *arguments),
            cwd=at or self.clone,
            env={**os.environ, **GIT},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def script(
        self, verb: str, *arguments: str, code: int | None = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the real scripts; ``code`` is the exit code that must come."""
        file = SCRIPTS / f"{verb}.py"
        done = self.python_file(file, *arguments, **environment)
        if code is not None and done.returncode != code:
            raise AssertionError(f"{verb} exited {done.returncode}:\n{done.stderr}")
        return done

    def python_file(
        self, file: Path, *arguments: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a file that takes a script and its arguments, with the configuration."""
        return starting.run(
            (sys.executable, file, *arguments, "--config", self.config),
            env={**os.environ, **CACHE, "HOME": str(self.home), **environment},
            capture_output=True,
            text=True,
            timeout=90,
        )

    def own(self, verb: str, *arguments: str, code: int = 0) -> str:
        """Run a verb of the VM's own pipeline; return what it told people."""
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            (self.root / "70_scripts" / "run", verb, *arguments),
            env={**os.environ, **CACHE, "HOME": str(self.home), "PATH": tools},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        if done.returncode != code:
            raise AssertionError(f"{verb} exited {done.returncode}:\n{done.stderr}")
        return done.stderr

    def in_force(self) -> str:
        """Return the commit whose pipeline is in force, empty if there is none."""
        current = self.root / ".pipeline" / "current"
        return current.resolve().name if current.is_symlink() else ""

    def python(self, code: str, *arguments: str) -> None:
        """Run code that uses the library, in a process of its own."""
        subprocess.run(
            (sys.executable, "-c", code, *arguments),
            env={**os.environ, "HOME": str(self.home), "PYTHONPATH": str(SCRIPTS)},
            check=True,
        )

    def serving(self, port: int | None = None) -> str:
        """Return the SHA that preprod itself reports, empty if nothing answers."""
        url = f"http://127.0.0.1:{port or self.port}/_stcore/health"
        try:
            return str(requests.get(url, timeout=5).json()["sha"])
        except requests.RequestException:
            return ""

    def validated(self) -> str:
        """Return what last-validated-sha.txt holds, empty if it is not there."""
        file = self.state / "last-validated-sha.txt"
        return file.read_text().strip() if file.exists() else ""

    def journal(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a query on the journal gives."""
        with closing(sqlite3.connect(self.state / "journal.db")) as database:
            return database.execute(query, values).fetchall()

    def ends(self) -> list[tuple[object, ...]]:
        """Return kind, SHA and outcome of every deployment, in order."""
        return self.journal(
            "SELECT d.kind, d.sha, o.outcome FROM deployment d LEFT JOIN outcome o "
            "ON o.deployment = d.id ORDER BY d.id"
        )

    def notices(self) -> list[str]:
        """Return the texts of all notices, in order."""
        return [
            str(row[0]) for row in self.journal("SELECT text FROM notice ORDER BY id")
        ]

    def stop(self) -> None:
        """End what the scripts started and left running."""
        self.kill("")

    def kill(self, named: str) -> None:
        """End every process of this VM whose command contains a text."""
        for pid in self.pids(named):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pids(self, named: str) -> list[int]:
        """Return the processes of this VM whose command contains a text."""
        needles = (str(self.home).encode(), named.encode())
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if all(needle in command for needle in needles):
                    found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]
