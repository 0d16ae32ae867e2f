"""What the rehearsal reads off a repository before it plays with it."""

import shutil
from pathlib import Path

import yaml
from rehearsal.layout import layout_of

from tests.checkout import ROOT


def repository(folder: Path) -> Path:
    """Return a folder with this repository's configuration and workflows."""
    shutil.copytree(ROOT / ".github", folder / ".github")
    shutil.copy(ROOT / "pipeline.yml", folder)
    return folder


def test_this_repositorys_layout_is_read(tmp_path: Path) -> None:
    """Environments by their roles, the app's folder, workflows by their verbs."""
    found = layout_of(repository(tmp_path))
    assert (found.judged, found.promoted, found.app) == (
        "preprod",
        "prod",
        "10_preprod",
    )
    assert found.root_in(Path("/home/x")) == Path("/home/x/mangetamain")
    assert found.workflows == {
        "deploy": "cd-preprod.yml",
        "settle": "settle.yml",
        "promote": "cd-prod.yml",
        "rollback": "rollback.yml",
    }


def test_another_layout_is_read_as_well(tmp_path: Path) -> None:
    """Other names, another order, an absolute root, another file of the deployment."""
    folder = repository(tmp_path)
    file, flows = folder / "pipeline.yml", folder / ".github" / "workflows"
    settings = yaml.safe_load(file.read_text())
    shipped = settings["environments"]
    settings["environments"] = {"live": shipped["prod"], "staging": shipped["preprod"]}
    settings["paths"]["root"] = "/srv/our-app"
    file.write_text(yaml.safe_dump(settings, sort_keys=False))
    (flows / "cd-preprod.yml").rename(flows / "go.yaml")
    found = layout_of(folder)
    assert (found.judged, found.promoted) == ("staging", "live")
    assert found.root_in(Path("/home/x")) == Path("/home/x/srv/our-app")
    assert found.workflows["deploy"] == "go.yaml"
