"""The configuration that is rehearsed: the shipped one, with this world's places."""

from collections.abc import Mapping

import yaml
from rehearsal.base_image import ensure_base_image
from rehearsal.layout import WORKFLOWS
from rehearsal.scene import Scene

IMAGE = "mangetamain-rehearsal"
OWNER, REPOSITORY = "team", "mangetamain"


def configure(world: Scene, *, has_docker: bool, ci: Mapping[str, object]) -> None:
    """Write the clone's pipeline.yml; ``ci`` goes into its section of that name."""
    file = world.clone / "pipeline.yml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["paths"] = {
        "root": str(world.root),
        "state": str(world.state),
        "watcher_logs": str(world.logs),
    }
    settings["github"] |= {
        "api_url": world.github.api_url,
        "server_url": world.github.api_url,
        "repository": f"{OWNER}/{REPOSITORY}",
    }
    settings["ci"] |= {"interval": 1, **ci}
    for name, environment in settings["environments"].items():
        environment |= {
            "strategy": "restart" if has_docker else "process",
            "project": world.project_of(name),
            "port": world.ports[name],
            "url": world.url_of(name),
        }
    if has_docker:
        base = ensure_base_image(settings["image"]["base"])
        settings["image"] |= {"name": IMAGE, "base": base}
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    _point_workflows_at(world)


def _point_workflows_at(world: Scene) -> None:
    """Let workflows call the scripts of this world's VM, not those outside of it."""
    shipped = f"{world.layout.root}/"
    if shipped.startswith("~"):
        return  # The home is this world's own.
    for file in (world.clone / WORKFLOWS).iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(shipped, f"{world.root}/"), encoding="utf-8")
