"""What a compose file may ask of the host: a rendered file in, its violations out.

The keys of a service that are known to stay inside of its container are listed; every
other one is refused, so that a key which Compose learns tomorrow is refused as well.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.core.compose_allowance import Allowance, Violation

# https://docs.docker.com/reference/compose-file/services/
HARMLESS = frozenset(
    "annotations attach blkio_config build command configs container_name cpu_count "
    "cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus "
    "cpuset cap_drop depends_on deploy develop dns dns_opt dns_search domainname "
    "entrypoint env_file environment expose extra_hosts group_add healthcheck hostname "
    "image init labels links logging mac_address mem_limit mem_reservation "
    "mem_swappiness memswap_limit networks pids_limit platform ports profiles "
    "pull_policy read_only restart scale secrets shm_size stdin_open stop_grace_period "
    "stop_signal tmpfs tty ulimits user volumes working_dir".split()
)
BUILD = frozenset(
    "additional_contexts args context dockerfile dockerfile_inline extra_hosts labels "
    "no_cache platforms pull shm_size target ulimits".split()
)
TOP = frozenset("configs name networks secrets services version volumes".split())
# A host's namespace, or another container's outside of the file, is none of these.
NAMESPACES = {
    "network_mode": ("none", "bridge", "default"),
    "ipc": ("none", "private", "shareable"),
    "pid": ("private",),
    "cgroup": ("private",),
}
HARDENING = ("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true")
LOGGING = ("", "json-file", "local", "none")
LOOPBACK = ("127.0.0.1", "::1")
OF_THE_PROJECT = ("networks", "volumes", "configs", "secrets")
NETWORKS = ("", "bridge", "overlay", "default")


def violations(rendered: Mapping[str, Any], allowed: Allowance) -> list[Violation]:
    """Return what a file, rendered as JSON by Compose, asks for and may not have."""
    found = [
        *_of_the_file(rendered, allowed),
        *(
            violation
            for name, service in _items(rendered.get("services"))
            for violation in _of_a_service(name, service or {}, allowed)
        ),
    ]
    return [one for one in found if one.key not in allowed.keys]


def _of_the_file(file: Mapping[str, Any], allowed: Allowance) -> Iterator[Violation]:
    for key in file:
        if key not in TOP and not key.startswith("x-"):
            yield Violation("", key, "is not allowed")
    if file.get("name") not in (None, allowed.project):
        yield Violation(
            "", "name", f"must be {allowed.project}, the environment's project"
        )
    for section in OF_THE_PROJECT:
        for name, one in _items(file.get(section)):
            for text in _of_a_resource(section, one or {}, allowed):
                yield Violation("", section, f"{name}: {text}")


def _of_a_resource(
    section: str, one: Mapping[str, Any], allowed: Allowance
) -> Iterator[str]:
    if one.get("external"):
        yield "external: it belongs to somebody else"
    if not allowed.is_ours(str(one.get("name", allowed.project))):
        yield f"its name is not the project's, {allowed.project}"
    if "environment" in one:
        yield "environment: the pipeline's own variables are not passed on"
    if file := one.get("file"):
        places = (allowed.tree, *allowed.readable, *allowed.writable)
        if not allowed.is_inside(Path(file), *places):
            yield f"the file {file} is outside of the environment's tree"
    if section == "volumes" and (one.get("driver_opts") or _driver(one) != "local"):
        yield "a driver with options can mount anything of the host"
    if section == "networks" and one.get("driver", "") not in NETWORKS:
        yield f"the driver {one['driver']} reaches the host's network"


def _driver(one: Mapping[str, Any]) -> str:
    return str(one.get("driver") or "local")


def _of_a_service(
    name: str, service: Mapping[str, Any], allowed: Allowance
) -> Iterator[Violation]:
    for key, value in service.items():
        if value in (None, False, [], {}, ""):
            continue
        for text in _texts(key, value, service, allowed):
            yield Violation(name, key, text)


def _texts(
    key: str, value: Any, service: Mapping[str, Any], allowed: Allowance
) -> Iterator[str]:
    if key in NAMESPACES:
        if value not in NAMESPACES[key] and not str(value).startswith("service:"):
            yield f"{value} leaves the container"
    elif key == "security_opt":
        yield from (f"{one} weakens it" for one in value if one not in HARDENING)
    elif key == "logging" and value.get("driver", "") not in LOGGING:
        yield f"the driver {value['driver']} reaches the host"
    elif key == "container_name" and not allowed.is_ours(str(value)):
        yield f"is not the project's, {allowed.project}"
    elif key == "deploy" and "devices" in str(value.get("resources", "")):
        yield "devices of the host"
    elif key == "volumes":
        yield from (text for one in value for text in _mount(one, allowed))
    elif key == "ports":
        yield from (text for one in value for text in _port(one, allowed))
    elif key == "build":
        yield from _build(value, str(service.get("image", "")), allowed)
    elif key not in HARMLESS and not key.startswith("x-"):
        yield "is not allowed"


def _mount(one: Mapping[str, Any], allowed: Allowance) -> Iterator[str]:
    kind, source = one.get("type"), str(one.get("source", ""))
    if kind in ("volume", "tmpfs"):
        return
    if kind != "bind":
        yield f"a mount of type {kind}"
        return
    is_data = allowed.is_inside(Path(source), *allowed.writable)
    is_own = allowed.is_inside(Path(source), allowed.tree, *allowed.readable)
    if not is_data and not is_own:
        yield f"{source} is outside of the environment's own tree and its data"
    elif not is_data and not one.get("read_only"):
        yield f"{source} can be written to: make it read_only"
    if "shared" in str(one.get("bind", {}).get("propagation", "")):
        yield f"{source} propagates mounts to the host"


def _port(one: Mapping[str, Any], allowed: Allowance) -> Iterator[str]:
    if "published" not in one:
        return
    address, port = str(one.get("host_ip", "0.0.0.0")), str(one["published"])
    if address not in (allowed.bind, *LOOPBACK) and allowed.bind != "0.0.0.0":
        yield f"{address}:{port} is not the environment's address, {allowed.bind}"
    first, _, last = port.partition("-")
    for other in allowed.other_ports:
        if int(first) <= other <= int(last or first):
            yield f"{other} belongs to another environment"


def _build(build: Mapping[str, Any], image: str, allowed: Allowance) -> Iterator[str]:
    for key, value in build.items():
        if key not in BUILD and value not in (None, False, [], {}, "", "default"):
            yield f"build.{key} is not allowed"
    context = Path(str(build.get("context", allowed.tree)))
    file = str(build.get("dockerfile", "Dockerfile"))
    places = {"context": context, "dockerfile": context / file}
    for name, place in _items(build.get("additional_contexts")):
        if not str(place).startswith(("docker-image://", "service:")):
            places[f"additional_contexts.{name}"] = Path(place)
    for key, place in places.items():
        if not allowed.is_inside(place, allowed.tree):
            yield f"build.{key}: {place} is outside of the environment's tree"
    if image and image != allowed.image and not allowed.is_ours(image):
        yield f"the image {image} that it builds is not the environment's"


def _items(mapping: Any) -> list[tuple[str, Any]]:
    return list(mapping.items()) if isinstance(mapping, Mapping) else []
