"""What a backup is made of, and that deployments leave the declared data alone."""

from pathlib import Path

import pytest
from pipeline.config import Config, load_config
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.operations.backups import contents_of, places_of, shield, store_of

from tests.unit.configuration import write_config
from tests.unit.repository import Clone
from tests.unit.specimens import A

ODD = ("da ta", "a[b]*", "#hash", "!bang", "back\\slash", "dir/sub")


def configured(folder: Path, *paths: str) -> Config:
    """Return a configuration that declares data paths."""
    return load_config(write_config(folder, {"backup.paths": list(paths)}))


def test_contents(tmp_path: Path) -> None:
    """Declared paths below the root or absolute, files that there are, no secrets."""
    config = configured(tmp_path, "20_prod/data", "/srv/x", "~/y")
    folder = config.paths.root / "30_docker"
    folder.mkdir(parents=True)
    (folder / "docker-compose-prod.yml").write_text("name: x")
    found = contents_of(config, tmp_path / "pipeline.yml", "prod", A, "sha256:1")
    assert dict(found.data) == {
        "20_prod/data": config.paths.root / "20_prod/data",
        "/srv/x": Path("/srv/x"),
        "~/y": Path.home() / "y",
    }
    assert set(found.kept) == {"pipeline.yml", "docker-compose-prod.yml"}
    assert found.excluded == {config.paths.state / "secrets.env"}
    assert store_of(config, "prod").folder == config.paths.root / "backups/prod"


def test_a_link_to_another_disk_is_followed(tmp_path: Path) -> None:
    """A declared path that is a link means what it leads to, not the link."""
    config = configured(tmp_path, "20_prod/data")
    (config.paths.root / "20_prod").mkdir(parents=True)
    disk = tmp_path / "disk"
    disk.mkdir()
    (config.paths.root / "20_prod/data").symlink_to(disk)
    assert places_of(config) == {"20_prod/data": disk}


@pytest.mark.parametrize("name", ODD)
def test_reset_leaves_declared_data_alone(
    tmp_path: Path, clone: Clone, name: str
) -> None:
    """Data in a worktree outlives a reset and is no hand edit; other files are."""
    first = clone.commit({"app.py": "1"})
    second = clone.commit({"app.py": "2"})
    clone.push()
    config = configured(tmp_path, f"20_prod/{name}", "/elsewhere")
    store = Store(config.paths.root / "repo.git", "main")
    config.paths.root.mkdir()
    store.create(str(clone.origin))
    store.fetch()
    worktree = Worktree(config.paths.root / "20_prod")
    store.add_worktree(worktree.path, first)
    shield(config, store)
    data = worktree.path / name
    data.mkdir(parents=True)
    (data / "orders").write_text("precious")
    assert not worktree.hand_edits()
    stray = worktree.path / "stray"
    stray.write_text("by hand")
    assert worktree.hand_edits()
    worktree.reset(second)
    assert (data / "orders").read_text() == "precious" and not stray.exists()
