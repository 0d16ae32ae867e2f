"""What an environment's compose file must know of the configuration."""

import os
from pathlib import PurePath

from pipeline.config import Config

COMPOSE_FOLDER = "30_docker"


def compose_file(name: str) -> str:
    """Return where an environment's compose file is, below the repository's root."""
    return f"{COMPOSE_FOLDER}/docker-compose-{name}.yml"


def prefix_of(name: str) -> str:
    """Return what the names of an environment's own variables begin with."""
    return name.upper().replace("-", "_") + "_"


def compose_variables(config: Config, name: str) -> dict[str, str]:
    """Return what an environment's compose file must know of the configuration."""
    settings = config.environment(name)
    prefix = prefix_of(name)
    return {
        f"{prefix}PROJECT": settings.project,
        f"{prefix}IMAGE": f"{config.image.name}:{settings.project}",
        f"{prefix}BIND": settings.bind,
        f"{prefix}PORT": str(settings.port),
        f"{prefix}S3_FILE": str(settings.s3_file or os.devnull),
        "BASE_IMAGE": config.image.base,
    }


def compose_places(config: Config, name: str) -> dict[str, str]:
    """Return where an environment's compose file finds what it mounts.

    Absolute: Compose counts paths from the folder that the file is named in, which
    may be a link.
    """
    root, worktree = config.paths.root, config.environment(name).worktree
    prefix = prefix_of(name)
    store = root / ".pipeline" / "repo.git"
    return {
        f"{prefix}TREE": str(root / worktree),
        f"{prefix}HEAD_DIR": str(store / "worktrees" / PurePath(worktree).name),
    }
