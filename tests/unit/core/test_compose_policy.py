"""The compose policy: what stays in its container passes, all else is a violation."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pipeline.core.compose_allowance import Allowance
from pipeline.core.compose_policy import violations

ROOT = Path("/srv/app")
ALLOWED = Allowance(
    keys=frozenset(),
    project="app-preprod",
    image="app:app-preprod",
    tree=ROOT / "10_preprod",
    readable=(ROOT / ".pipeline/repo.git/worktrees/10_preprod", Path(os.devnull)),
    writable=(ROOT / "10_preprod/data", Path("/srv/data")),
    bind="127.0.0.1",
    other_ports=frozenset({8501}),
    real=lambda path: Path(os.path.normpath(path)),
)


def mount(source: str, **more: object) -> dict[str, object]:
    """Return a bind as Compose renders it."""
    return {"type": "bind", "source": source, "target": "/x", **more}


def port(published: str, address: str = "127.0.0.1") -> dict[str, object]:
    """Return a published port as Compose renders it."""
    return {"host_ip": address, "target": 80, "published": published}


def found(service: dict[str, Any], allowed: Allowance = ALLOWED) -> list[str]:
    """Return the keys of a service's violations."""
    file = {"name": "app-preprod", "services": {"app": service}}
    return [one.key for one in violations(file, allowed)]


@pytest.mark.parametrize(
    "service",
    [
        {"volumes": [mount("/srv/app/10_preprod", read_only=True)]},
        {"volumes": [mount("/srv/app/.pipeline/repo.git/worktrees/10_preprod")]},
        {"volumes": [mount("/srv/app/10_preprod/data"), mount("/srv/data/a")]},
        {"volumes": [{"type": "volume", "source": "v", "target": "/v"}]},
        {"ports": [port("8500"), port("9000", "::1"), {"target": 80}]},
        {"build": {"context": "/srv/app/10_preprod", "dockerfile": "30/Dockerfile"}},
        {"build": {"context": "/srv/app/10_preprod"}, "image": "app:app-preprod"},
        {"privileged": False, "cap_add": None, "command": None, "x-note": "y"},
        {"security_opt": ["no-new-privileges:true"], "pid": "service:app"},
        {"logging": {"driver": "json-file"}, "container_name": "app-preprod-1"},
        {"deploy": {"resources": {"limits": {"cpus": "1"}}}},
    ],
)
def test_what_stays_inside_passes(service: dict[str, Any]) -> None:
    """An app's own tree, data, port and image are its own to use."""
    if ".pipeline" in str(service):
        service["volumes"][0]["read_only"] = True
    assert found(service) == []


@pytest.mark.parametrize(
    "service",
    [
        {"volumes": [mount("/srv/app/10_preprod")]},
        {"volumes": [mount("/srv/app", read_only=True)]},
        {"volumes": [mount("/srv/app/10_preprod/../20_prod", read_only=True)]},
        {"volumes": [mount("/srv/app/10_preprod-other", read_only=True)]},
        {"volumes": [{"type": "npipe", "source": "x"}]},
        {"volumes": [mount("/srv/data", bind={"propagation": "rshared"})]},
        {"ports": [port("8501")]},
        {"ports": [port("8400-8600")]},
        {"ports": [port("8500", "0.0.0.0")]},
        {"ports": [{"target": 80, "published": "8500"}]},
        {"build": {"context": "https://example.org/x.git"}},
        {"build": {"context": "/srv/app/10_preprod", "dockerfile": "../../x"}},
        {
            "build": {
                "context": "/srv/app/10_preprod",
                "additional_contexts": {"a": "/"},
            }
        },
        {"build": {"context": "/srv/app/10_preprod", "tags": ["app:app-prod"]}},
        {"build": {"context": "/srv/app/10_preprod"}, "image": "app:app-prod"},
        {"deploy": {"resources": {"reservations": {"devices": [{"count": 1}]}}}},
        {"container_name": "app-preprod2"},
        {"a_key_of_tomorrow": True},
    ],
)
def test_what_leaves_it_does_not(service: dict[str, Any]) -> None:
    """It is found under its key, and passes only where the team allows that key."""
    key, *_ = found(service)
    assert key in service
    assert found(service, replace(ALLOWED, keys=frozenset({key}))) == []


@pytest.mark.parametrize(
    "section, one",
    [
        ("networks", {"driver": "host"}),
        ("networks", {"external": True}),
        ("networks", {"name": "app-prod_default"}),
        ("volumes", {"driver_opts": {"device": "/"}}),
        ("volumes", {"driver": "sshfs"}),
        ("secrets", {"environment": "TOKEN"}),
        ("configs", {"file": "/etc/shadow"}),
        ("models", {"model": "x"}),
    ],
)
def test_resources_are_the_projects_own(section: str, one: dict[str, object]) -> None:
    """Nothing of the host, of another project or of the pipeline is taken."""
    file = {"name": "app-preprod", "services": {}, section: {"r": one}}
    assert [each.key for each in violations(file, ALLOWED)] == [section]
