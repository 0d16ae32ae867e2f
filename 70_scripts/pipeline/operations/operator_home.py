"""What set-up leaves in the operator's home: the short way that fingers know.

``ssh HOST "docker-compose -f 30_docker/docker-compose-preprod.yml logs"`` starts there.
"""

import shlex
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pipeline.effects.account import HomeUnknown, expand_home
from pipeline.adapters.compose import compose_typed
from pipeline.strategies.variables import COMPOSE_FOLDER


def link_into_home(root: Path, say: Callable[[str], None]) -> None:
    """Link ``~/30_docker`` to the deployment root's, unless the name is taken there."""
    with suppress(HomeUnknown, OSError):  # No home, or none to write to: no short way.
        place = expand_home(Path("~")) / COMPOSE_FOLDER
        target = root / COMPOSE_FOLDER
        if place != target and root.is_relative_to(place.parent):
            if not place.is_symlink() and not place.exists():
                place.symlink_to(target)
            if place.is_symlink() and place.resolve() == target.resolve():
                say(f"==> {place}: leads to {target}")
    say(f"==> Compose is typed `{shlex.join(compose_typed())}` here")
