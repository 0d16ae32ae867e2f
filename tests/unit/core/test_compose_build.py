"""What a build is made of: told apart by all that defines it, never by environment."""

import pytest
from pipeline.core.compose_build import how_it_builds

from tests.unit.tripwire import REPOSITORY

FILE = """
services:
  app:
    image: ${PREPROD_IMAGE}
    build:
      context: ${PREPROD_TREE:-../10_preprod}
      dockerfile: 30_docker/Dockerfile
      args: {BASE_IMAGE: "${BASE_IMAGE:-python:3}"}
    ports: ["8500:80"]
"""


@pytest.mark.parametrize(
    "old, new",
    [
        ("30_docker/Dockerfile", "30_docker/Dockerfile.gpu"),
        ("args: {", "args: {A: 1, "),
        ("args: {", "target: small\n      args: {"),
    ],
)
def test_a_changed_build_is_another(old: str, new: str) -> None:
    """Its file, its arguments and its target each make another image."""
    assert how_it_builds(FILE, "PREPROD_") != how_it_builds(
        FILE.replace(old, new), "PREPROD_"
    )


@pytest.mark.parametrize("old, new", [("8500:", "8600:"), ("../10_preprod", "../x")])
def test_what_is_no_build_does_not_count(old: str, new: str) -> None:
    """A port, or where the tree lies, needs no other image."""
    assert how_it_builds(FILE, "PREPROD_") == how_it_builds(
        FILE.replace(old, new), "PREPROD_"
    )


def test_environments_share_an_image() -> None:
    """The shipped files build the same: what preprod has proved, prod serves."""
    preprod, prod = (
        (REPOSITORY / f"30_docker/docker-compose-{name}.yml").read_text()
        for name in ("preprod", "prod")
    )
    assert how_it_builds(preprod, "PREPROD_") == how_it_builds(prod, "PROD_") != ""


@pytest.mark.parametrize("text", ["", "services: [", "- a", "services: {a: 1}", "!x y"])
def test_what_is_no_compose_file_is_its_own(text: str) -> None:
    """Whatever stands there has a name, and never ends a deployment."""
    assert how_it_builds(text, "PREPROD_") == text


def test_marks_of_compose_are_read_through() -> None:
    """Compose's own tags hide no change."""
    marked = FILE.replace("build:", "build: !override")
    assert how_it_builds(marked, "PREPROD_") == how_it_builds(FILE, "PREPROD_")
