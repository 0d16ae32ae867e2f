"""The configuration that is rehearsed: the shipped one, with this world's places."""

from collections.abc import Mapping

import yaml
from rehearsal.base_image import ensure_base_image
from rehearsal.scene import Scene

IMAGE = "mangetamain-rehearsal"
OWNER, REPOSITORY = "team", "mangetamain"
ENVIRONMENTS = ("preprod", "prod")


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
        "server_url": world.github.server_url,
        "repository": f"{OWNER}/{REPOSITORY}",
    }
    settings["ci"] |= {"interval": 1, **ci}
    for name in ENVIRONMENTS:
        settings["environments"][name] |= {
            "strategy": "restart" if has_docker else "process",
            "project": world.project_of(name),
            "port": world.ports[name],
            "url": world.url_of(name),
        }
    if has_docker:
        base = ensure_base_image(settings["image"]["base"])
        settings["image"] |= {"name": IMAGE, "base": base}
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
