"""The check of a pushed compose file, before anything of it runs.

The file is rendered where its paths come out as they will on the VM: beside a stand-in
for the environment's worktree that holds the pushed files. What `docker compose up`
would get is what is looked at, whatever variables, anchors and merges made of it.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from pipeline.core.compose_allowance import Allowance, Violation
from pipeline.core.compose_policy import violations
from pipeline.core.sha import Sha
from pipeline.effects.scratch import scratch
from pipeline.errors import Refused
from pipeline.adapters.compose_file import ComposeFile
from pipeline.adapters.compose import ComposeProject, compose_command
from pipeline.adapters.git_store import Store

NOWHERE = Path("/")  # inside of no place that may be used
WAY_OUT = "take it out, or allow it under `compose` in pipeline.yml"


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """What one environment's versions may use of the host.

    Attributes:
        root: the deployment root.
        project: the compose file in the root, None where the strategy has none.
        allowance: what may be used; its ``real`` is not used.
    """

    store: Store
    root: Path
    project: ComposeProject | None
    allowance: Allowance

    def check(self, sha: Sha, tree: Path) -> None:
        """Refuse a version, exported into ``tree``, that asks for too much.

        Raises:
            Refused: each service and line is named.
            CommandFailed: its compose file does not parse.
        """
        links = self.store.links(sha)
        folder = "30_docker"
        for link in sorted(links):
            if Path(link).is_relative_to(folder):
                _refuse(folder, f"{link} is a symbolic link")
        if self.project is not None:
            compose_command()  # Without one, that is the first thing to say.
            self._check_file(self.project, tree, links)

    def _check_file(
        self, project: ComposeProject, tree: Path, links: frozenset[str]
    ) -> None:
        name = f"30_docker/{project.file.name}"
        file = tree / name
        allowed = replace(self.allowance, real=lambda path: self._real(path, links))
        written = ComposeFile(file.read_text(encoding="utf-8"))
        try:
            found = [*written.violations(), *_env_files(written, self.root, allowed)]
        except yaml.YAMLError as error:
            _refuse(name, f"it is not YAML: {error}")
        found = [one for one in found if one.key not in allowed.keys]
        found = found or violations(self._rendered(project, file, tree), allowed)
        if found:
            _refuse(name, "; ".join(_words(name, written, one) for one in found))

    def _rendered(
        self, project: ComposeProject, file: Path, tree: Path
    ) -> dict[str, object]:
        with scratch("compose", self.store.path.parent) as folder:
            place = folder.resolve()
            worktree = place / self.allowance.tree.relative_to(self.root)
            worktree.parent.mkdir(parents=True, exist_ok=True)
            worktree.symlink_to(tree)
            (place / "30_docker").mkdir(exist_ok=True)
            env_file = self.root / "30_docker" / ".env"
            text = replace(
                project,
                file=file,
                folder=place / "30_docker",
                env_file=env_file if env_file.is_file() else Path(os.devnull),
            ).rendered()
        document: dict[str, object] = json.loads(
            text.replace(str(place), json.dumps(str(self.root))[1:-1])
        )
        return document

    def _real(self, path: Path, links: frozenset[str]) -> Path:
        """Return a path as it will be: the commit's links and the host's count."""
        path, tree = Path(os.path.normpath(path)), self.allowance.tree
        if path.is_relative_to(tree):
            inner = path.relative_to(tree)
            if not links.isdisjoint(map(str, (inner, *inner.parents))):
                return NOWHERE
        return path.resolve()


def _env_files(
    written: ComposeFile, root: Path, allowed: Allowance
) -> Iterator[Violation]:
    for service, path in written.env_files():
        place = root / "30_docker" / path
        if "$" in path or not allowed.is_inside(place, allowed.tree):
            text = f"{path} is outside of the environment's tree"
            yield Violation(service, "env_file", text)


def _words(name: str, written: ComposeFile, one: Violation) -> str:
    where = f"{name}:{written.line(one.service, one.key)}"
    service = f"service {one.service}: " if one.service else ""
    return f"{where}: {service}{one.key}: {one.text}"


def _refuse(name: str, seen: str) -> None:
    raise Refused(f"checking {name}", f"{seen} ({WAY_OUT})", WAY_OUT)
