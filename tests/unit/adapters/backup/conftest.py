"""Production's data as it can be, and a place for its backups."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from pipeline.core.sha import Sha
from pipeline.adapters.backup.creation import Contents, create
from pipeline.adapters.backup.store import Backup, BackupStore

from tests.unit.clock import EPOCH
from tests.unit.specimens import A


@dataclass(slots=True)
class Prod:
    """Data, a file beside it, and what a backup of both is asked for with."""

    root: Path
    store: BackupStore
    contents: Contents
    now: float = EPOCH

    @property
    def data(self) -> Path:
        """Return the declared folder."""
        return self.contents.data["20_prod/data"]

    def back_up(self, sha: Sha | None = A) -> Backup:
        """Make a backup of what is there, a minute after the last one."""
        contents = Contents(
            "prod",
            sha,
            "sha256:abc",
            self.contents.data,
            self.contents.kept,
            self.contents.excluded,
        )
        self.now += 60
        return create(self.store, contents, self.now)


def fill(data: Path) -> None:
    """Write what an app can leave behind, the awkward things too."""
    (data / "empty").mkdir(parents=True)
    (data / "deep/er").mkdir(parents=True)
    (data / "app.db").write_bytes(os.urandom(3_000_000))
    (data / "deep/er/nothing").touch()
    (data / "deep/run.sh").write_text("#!/bin/sh\n")
    (data / "deep/run.sh").chmod(0o751)
    (data / "deep/read-only").mkdir(mode=0o755)
    (data / "deep/read-only/file").write_text("kept")
    (data / "deep/read-only").chmod(0o555)
    (data / "inner").symlink_to("deep/run.sh")
    (data / "dangling").symlink_to("nowhere")
    (data / "outward").symlink_to("/etc")
    (data / "line\nbreak é \N{ROCKET}").write_text("odd name")
    Path(os.fsdecode(os.fsencode(data) + b"/bad\xff")).write_text("not UTF-8")
    (data / "secrets.env").write_text("TOKEN=s3cret")
    os.mkfifo(data / "pipe")


def state(place: Path) -> dict[str, tuple[object, ...]]:
    """Return everything that a restore must bring back, by relative path."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (place, *place.rglob("*")):
        info = path.lstat()
        content: object = None
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file():
            content = path.read_bytes()
        owner = (info.st_uid, info.st_gid)
        mode = None if path.is_symlink() else info.st_mode
        mtime = None if path.is_symlink() else info.st_mtime_ns
        found[str(path.relative_to(place))] = (content, mode, mtime, owner)
    return found


@pytest.fixture
def prod(tmp_path: Path) -> Prod:
    """Give production's data, awkward as it can be."""
    root = tmp_path / "root"
    data, single = root / "20_prod/data", root / "single.txt"
    fill(data)
    single.write_text("one file")
    compose = root / "docker-compose-prod.yml"
    compose.write_text("name: prod\n")
    contents = Contents(
        environment="prod",
        sha=A,
        image="sha256:abc",
        data={"20_prod/data": data, "single.txt": single, "later": root / "later"},
        kept={compose.name: compose},
        excluded=frozenset({data / "secrets.env"}),
    )
    return Prod(root, BackupStore(root / "backups/prod"), contents)
