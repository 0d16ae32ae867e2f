"""Pruning on the real engine: images of other versions go, one in use stays."""

import io
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pipeline.adapters.compose import (
    engine_folder,
    image_bytes,
    image_tags,
    remove_image,
)

pytestmark = pytest.mark.docker


@dataclass(frozen=True, slots=True)
class Images:
    """Small images of one name."""

    name: str

    def add(self, tag: str, size: int = 4096) -> str:
        """Import an image of so many bytes; return its full name."""
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as archive:
            entry = tarfile.TarInfo(tag)
            entry.size = size
            archive.addfile(entry, io.BytesIO(bytes(size)))
        named = f"{self.name}:{tag}"
        docker("import", "-", named, feed=made.getvalue())
        return named


def docker(*arguments: str, feed: bytes | None = None) -> str:
    """Run the engine's client."""
    command = ("docker", *arguments)
    done = subprocess.run(command, input=feed, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def images() -> Iterator[Images]:
    """Give a name of this test's own; nothing of it stays."""
    made = Images(f"pruned-{uuid.uuid4().hex[:12]}")
    yield made
    for tag in image_tags(made.name):
        docker("image", "rm", "--force", f"{made.name}:{tag}")


def test_an_image_goes_unless_a_container_has_it(images: Images) -> None:
    """Removing never forces: what a container was made from stays."""
    unused, used = images.add("0" * 16), images.add("1" * 16)
    container = docker("create", used, "true")
    try:
        remove_image(unused)
        remove_image(used)
        assert image_tags(images.name) == ("1" * 16,)
        remove_image(f"{images.name}:{'2' * 16}")  # Gone already: nothing to do.
    finally:
        docker("rm", container)


def test_sizes_are_the_engines(images: Images) -> None:
    """The room that a build needs is told by what the last one took."""
    assert image_bytes(images.add("3" * 16, size=1_000_000)) >= 1_000_000
    assert image_bytes(f"{images.name}:{'4' * 16}") == 0
    assert engine_folder().is_absolute()
