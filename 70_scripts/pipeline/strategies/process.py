"""``process``: the app as a local process, for machines without Docker.

Its virtual environments stand where images would: one per set of dependencies.
"""

import shlex
from collections.abc import Collection
from pathlib import Path

from pipeline.config import Config, EnvironmentSettings
from pipeline.core.sha import Sha
from pipeline.effects.disk import require_room, tree_bytes
from pipeline.effects.files import (
    bound_log,
    open_log_or_nothing,
    read_plain,
    remove_tree,
)
from pipeline.effects.processes import run
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.adapters.supervisor import Supervisor
from pipeline.adapters.uv import python_for_environments, uv
from pipeline.strategies.dependencies import Dependencies
from pipeline.strategies.in_place import InPlace, worktree_of
from pipeline.strategies.variables import COMPOSE_FOLDER

LOG_BYTES = 4000
MOST_LOG_BYTES = 10_000_000
STAMP = ".complete"


class Process(InPlace):
    """Change version by stopping one process and starting the next."""

    def __init__(
        self,
        environment: str,
        settings: EnvironmentSettings,
        worktree: Worktree,
        files: tuple[str, ...],
        dependencies: Dependencies,
        supervisor: Supervisor,
        venvs: Path,
        build_deadline: float,
    ) -> None:
        """Serve ``worktree`` from a virtual environment below ``venvs``."""
        super().__init__(worktree, files)
        self._environment = environment
        self._settings = settings
        self._dependencies = dependencies
        self._supervisor = supervisor
        self._venvs = venvs
        self._build_deadline = build_deadline

    def prepare(self, sha: Sha, tree: Path) -> None:
        """Install the version's dependencies where they are new."""
        self._worktree.await_unlocked()
        venv = self._venv(sha)
        if (venv / STAMP).exists():
            return
        require_room(
            f"installing the dependencies of {sha.short}", self._venvs, self._last()
        )
        project = str(tree / "10_preprod")
        run(
            (uv(), "sync", "--quiet", "--frozen", "--no-dev", "--project", project),
            env={
                "UV_PROJECT_ENVIRONMENT": str(venv),
                "UV_PYTHON": python_for_environments(),
            },
            timeout=self._build_deadline,
        )
        (venv / STAMP).touch()

    def _last(self) -> int:
        """Return the bytes of the virtual environment that was built last."""
        built = [one.parent for one in self._venvs.glob(f"*/{STAMP}")]
        newest = max(built, key=lambda one: (one / STAMP).stat().st_mtime, default=None)
        return tree_bytes(newest) if newest else 0

    def prune(self, kept: Collection[Sha]) -> None:
        """Remove the virtual environments of other versions; bound the log."""
        wanted = self._dependencies.digests(kept)
        for venv in self._venvs.glob("*"):
            if venv.name not in wanted:
                remove_tree(venv)
        bound_log(self._supervisor.log, MOST_LOG_BYTES)

    def restart(self) -> None:
        """Stop what runs, then start the worktree's copy of the app."""
        sha = self._worktree.head()
        self._supervisor.stop()
        descriptor = open_log_or_nothing(self._supervisor.log)
        self._supervisor.start(self.argv(sha), descriptor, self._worktree.path)

    def artefact(self, sha: Sha) -> str:
        """Return the name of the version's virtual environment."""
        return f"venv:{self._dependencies.digest(sha)}"

    def instance(self) -> str:
        """Return the pid and the time of birth of the process."""
        return self._supervisor.instance()

    def restart_by_hand(self) -> str:
        """Return a rollback: what was reset by hand, no process restarts."""
        run_script = str(self._venvs.parents[1] / "70_scripts" / "run")
        options = ("--confirm", "ROLLBACK")
        return shlex.join((run_script, "rollback", self._environment, *options))

    def has_died(self) -> bool:
        """Tell whether the process has ended."""
        return not self._supervisor.is_running()

    def was_lost_with_machine(self) -> bool:
        """Tell whether the process was started before the machine last booted."""
        return self._supervisor.was_lost_with_machine()

    def logs(self) -> str:
        """Return the end of the process's log."""
        try:
            return read_plain(self._supervisor.log, tail=LOG_BYTES).decode(
                errors="replace"
            )
        except OSError as error:
            return f"no logs: {error}"

    def argv(self, sha: Sha) -> tuple[str, ...]:
        """Return the command that serves the worktree."""
        options = {
            "--tree": self._worktree.path,
            "--head": self._worktree.head_file(),
            "--environment": self._environment,
            "--address": self._settings.bind,
            "--port": self._settings.port,
            "--copy-to": self._supervisor.log.with_name(f"{self._environment}-served"),
        }
        if self._settings.s3_file:
            options["--s3-file"] = self._settings.s3_file
        serve = self._worktree.path / "30_docker" / "serve.py"
        pairs = (str(part) for option in options.items() for part in option)
        return (str(self._venv(sha) / "bin" / "python"), str(serve), *pairs)

    def _venv(self, sha: Sha) -> Path:
        return self._venvs / self._dependencies.digest(sha)


def build(config: Config, name: str, store: Store) -> Process:
    """Return an environment's strategy."""
    settings, state, image = config.environment(name), config.paths.state, config.image
    return Process(
        name,
        settings,
        worktree_of(config, name),
        (COMPOSE_FOLDER, *image.defined_by),
        Dependencies(store, image.defined_by, image.base),
        Supervisor(state / f"{name}-app.json", state / f"{name}-app.log"),
        config.paths.root / ".pipeline" / "venvs",
        image.build_deadline,
    )
