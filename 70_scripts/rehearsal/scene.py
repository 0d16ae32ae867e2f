"""Where the rehearsal plays: every place by its name, and how commands run there."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.layout import Layout

if TYPE_CHECKING:  # `rehearse --help` needs no server.
    from rehearsal.discord.server import DiscordServer
    from rehearsal.github.server import GitHubServer

AUTHOR = {
    "GIT_AUTHOR_NAME": "Rehearsal",
    "GIT_AUTHOR_EMAIL": "rehearsal@localhost",
    "GIT_COMMITTER_NAME": "Rehearsal",
    "GIT_COMMITTER_EMAIL": "rehearsal@localhost",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the rehearsal plays; ``ports`` are the environments', by name."""

    home: Path
    layout: Layout
    ports: Mapping[str, int]
    github: "GitHubServer"
    discord: "DiscordServer"
    environment: Mapping[str, str]

    @property
    def clone(self) -> Path:
        """Return the developer's clone."""
        return self.home / "clone"

    @property
    def root(self) -> Path:
        """Return the deployment root on the VM."""
        return self.layout.root_in(self.home)

    @property
    def state(self) -> Path:
        """Return the pipeline's state directory on the VM."""
        return self.home / "app-state"

    @property
    def logs(self) -> Path:
        """Return where the watchers log."""
        return self.home / "logs"

    @property
    def judged(self) -> str:
        """Return the name of the environment that takes pushes."""
        return self.layout.judged

    @property
    def promoted(self) -> str:
        """Return the name of the environment that takes validated versions."""
        return self.layout.promoted

    @property
    def url(self) -> str:
        """Return the judged environment's address."""
        return self.url_of(self.judged)

    @property
    def pages(self) -> Mapping[str, str]:
        """Return the addresses to open in a browser, by what they show."""
        apps = {name: self.url_of(name) for name in self.ports}
        own = {"actions": self.github.url, "channel": self.discord.url}
        return {name: f"{url}/" for name, url in {**apps, **own}.items()}

    def url_of(self, environment: str) -> str:
        """Return an environment's address."""
        return f"http://127.0.0.1:{self.ports[environment]}"

    def project_of(self, environment: str) -> str:
        """Return the name of an environment's Compose project."""
        return f"mangetamain-rehearsal-{self.ports[environment]}"

    def running_jobs(self) -> list[str]:
        """Return the names of the jobs that run now."""
        jobs = (job for run in self.github.runs() for job in self.github.jobs(run))
        return [job.name for job in jobs if job.status == "in_progress"]

    def git(self, *arguments: str) -> str:
        """Run git in the developer's clone; return what it printed."""
        return self.run("git", *arguments, cwd=self.clone)

    def script(self, verb: str, *arguments: str) -> str:
        """Run one of the VM's scripts; return what it printed."""
        return self.run(str(self.root / "70_scripts" / "run"), verb, *arguments)

    def run(self, *argv: str, cwd: Path | None = None) -> str:
        """Run a command in this world; return what it printed.

        Raises:
            CalledProcessError: it failed; its words were shown.
        """
        environment = {**self.environment, **AUTHOR}
        done = subprocess.run(
            argv,
            cwd=cwd or self.home,
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
            # A terminal's Ctrl-C is ours: we end them, they have nothing to say to it.
            start_new_session=True,
        )
        return done.stdout.decode().strip()
