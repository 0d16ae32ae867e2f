"""``restart``: one container per environment, its source mounted, its image shared.

The image holds the dependencies only and is named by the hash of what defines them;
a commit that changes source alone needs a restart and no build.
"""

import shlex
import re
from collections.abc import Collection
from pathlib import Path

from pipeline.config import Config
from pipeline.core.sha import Sha
from pipeline.effects.disk import require_room
from pipeline.effects.processes import CommandFailed
from pipeline.errors import ExpectedError
from pipeline.adapters.compose import (
    ComposeProject,
    Container,
    compose_typed,
    engine_folder,
    has_image,
    image_bytes,
    image_id,
    image_tags,
    remove_image,
    tag_image,
)
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.strategies.dependencies import Dependencies
from pipeline.strategies.in_place import InPlace, worktree_of
from pipeline.strategies.variables import (
    COMPOSE_FOLDER,
    compose_file,
    compose_variables,
    prefix_of,
)

DIGEST = re.compile(r"[0-9a-f]{16}")


class Restart(InPlace):
    """Change version by restarting, or re-creating, the environment's container."""

    def __init__(
        self,
        environment: str,
        worktree: Worktree,
        files: tuple[str, ...],
        project: ComposeProject,
        dependencies: Dependencies,
        image_name: str,
        build_deadline: float,
    ) -> None:
        """Use the compose file that is linked in the deployment root.

        ``image_name`` has no environment in it: what one has proved, another serves.
        """
        super().__init__(worktree, files)
        self._prefix = prefix_of(environment)
        self.compose_files = (compose_file(environment),)
        self._project = project
        self._dependencies = dependencies
        self._image_name = image_name
        self._build_deadline = build_deadline
        self._restarts = 0

    def prepare(self, sha: Sha, tree: Path) -> None:
        """Parse the version's compose file and build its image where it is new."""
        self._worktree.await_unlocked()
        image = self._image(sha)
        candidate = ComposeProject(
            tree / "30_docker" / self._project.file.name,
            self._project.env_file,
            {
                **self._project.variables,
                f"{self._prefix}IMAGE": image,
                f"{self._prefix}TREE": str(tree),
            },
        )
        candidate.check()
        if not has_image(image):
            doing, last = f"building the image of {sha.short}", self._served_image()
            require_room(doing, engine_folder(), image_bytes(last))
            candidate.build(self._build_deadline)

    def prune(self, kept: Collection[Sha]) -> None:
        """Remove the images of other versions; one that is in use stays."""
        wanted = self._dependencies.digests(kept)
        for tag in image_tags(self._image_name):
            if DIGEST.fullmatch(tag) and tag not in wanted:
                remove_image(f"{self._image_name}:{tag}")

    def restart(self) -> None:
        """Bring the container up to date, restarting it where only source changed."""
        tag_image(self._image(self._worktree.head()), self._served_image())
        before = self._project.container()
        self._project.up()
        if before is not None and _is_same_run(before, self._project.container()):
            self._project.restart()
        after = self._project.container()
        self._restarts = after.restarts if after else 0

    def artefact(self, sha: Sha) -> str:
        """Return the id of the version's image."""
        return f"image:{image_id(self._image(sha))}"

    def instance(self) -> str:
        """Return the container's id and when it was started."""
        try:
            container = self._project.container()
        except ExpectedError:
            return ""
        return f"{container.id}@{container.started_at}" if container else ""

    def restart_by_hand(self) -> str:
        """Return the command that restarts the container from its worktree."""
        return shlex.join((*compose_typed(), "-f", str(self._project.file), "restart"))

    def has_died(self) -> bool:
        """Tell whether the container exited or is being restarted by the engine."""
        container = self._project.container()
        if container is None or container.status != "running":
            return True
        return container.restarts > self._restarts

    def logs(self) -> str:
        """Return the container's last lines."""
        try:
            return self._project.logs()
        except CommandFailed as error:
            return f"no logs: {error}"

    def _image(self, sha: Sha) -> str:
        return f"{self._image_name}:{self._dependencies.digest(sha)}"

    def _served_image(self) -> str:
        return self._project.variables[f"{self._prefix}IMAGE"]


def build(config: Config, name: str, store: Store) -> Restart:
    """Return an environment's strategy."""
    file, image = compose_file(name), config.image
    variables = compose_variables(config, name)
    dependencies = Dependencies(
        store, image.defined_by, image.base, file, prefix_of(name)
    )
    return Restart(
        name,
        worktree_of(config, name),
        (COMPOSE_FOLDER, *image.defined_by),
        ComposeProject(config.paths.root / file, variables=variables),
        dependencies,
        image.name,
        image.build_deadline,
    )


def _is_same_run(before: Container, after: Container | None) -> bool:
    return after is not None and (before.id, before.started_at) == (
        after.id,
        after.started_at,
    )
