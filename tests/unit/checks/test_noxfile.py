"""Which checks there are, which are chosen, and what prod's code is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from checks import GROUPS, ON_REQUEST
from checks.scope import is_checked_out, is_pipeline_untouched, prod_commit
from noxfile import CHECKS
from pipeline.config import load_config
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git_store import Store

from tests.unit.configuration import write_config
from tests.unit.repository import Clone, git
from tests.unit.tripwire import REPOSITORY

APP = "10_preprod/src/mangetamain_analytics/main.py"


def test_every_group_has_its_checks() -> None:
    """Names are unique, and no group is empty; a group has the name of a check once."""
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert set(names) & {*GROUPS, *ON_REQUEST} == {"infrastructure", "stories"}
    assert {check.group for check in CHECKS} == {*GROUPS, *ON_REQUEST}


def test_ci_runs_each_check_once() -> None:
    """`.ci/run` names every check, by itself or by its group, once; not the stories."""
    script = (REPOSITORY / ".ci/run").read_text().replace("\\\n", " ")
    calls = re.findall(r"run_ci_checks\.sh ([a-z ]+) [|>]", script)
    named = [set(call.split()) for call in calls]
    found = [e.name for e in CHECKS for names in named if names & {e.name, e.group}]
    wanted = [check.name for check in CHECKS if check.group not in ON_REQUEST]
    assert len(calls) == 2 and sorted(found) == sorted(wanted)


def test_infrastructure_is_found(tmp_path: Path) -> None:
    """Its tests are a check as soon as their folder is there."""
    copy = shutil.copy(REPOSITORY / "noxfile.py", tmp_path)
    (tmp_path / "70_scripts").symlink_to(REPOSITORY / "70_scripts")
    listing = (sys.executable, "-m", "nox", "--noxfile", copy, "--list")
    before = subprocess.run(listing, capture_output=True, text=True).stdout
    (tmp_path / "50_test").mkdir()
    after = subprocess.run(listing, capture_output=True, text=True).stdout
    assert "* black" in before and "* infrastructure" not in before
    assert "* black" in after and "* infrastructure" in after


def test_app_tests_are_the_promised_ones() -> None:
    """Coverage below 90 % fails them, for preprod and for prod alike."""
    argv = {check.name: " ".join(check.argv) for check in CHECKS}
    promised = "pytest tests/ -v --cov=src --cov-report=html --cov-fail-under=90"
    assert argv["prod-app-tests"].endswith(promised)
    assert argv["app-tests"].startswith(argv["prod-app-tests"])


@pytest.mark.parametrize(
    ("file", "is_untouched"),
    [
        (APP, True),
        ("10_preprod/tests/unit/test_x.py", True),
        ("50_test/test_x.py", True),
        ("10_preprod/uv.lock", False),
        ("30_docker/Dockerfile", False),
        ("README.md", False),
        ("70_scripts/check.py", False),
    ],
)
def test_what_the_pipelines_tests_look_at(
    clone: Clone, file: str, is_untouched: bool
) -> None:
    """Only the app's own code leaves them out; an image's definition does not."""
    base = clone.commit({"a": "a", APP: "1"})
    clone.commit({file: "2"})
    assert is_pipeline_untouched(clone.path, base) is is_untouched


@pytest.mark.parametrize("base", ["", "0" * 40, "--output=x", "no-such"])
def test_unknown_base_leaves_nothing_out(clone: Clone, base: str) -> None:
    """What changed since an unknown commit is unknown, so everything is tested."""
    clone.commit({APP: "1"})
    assert not is_pipeline_untouched(clone.path, base)
    assert not (clone.path / "x").exists()


def test_elsewhere_prod_is_the_branch_as_fetched(clone: Clone, tmp_path: Path) -> None:
    """A commit that is not pushed is not what prod would serve."""
    config = load_config(write_config(tmp_path))
    first = clone.commit({APP: "1"})
    assert prod_commit(config, clone.path)[1] == first
    clone.push()
    clone.commit({APP: "2"})
    store, sha, reason = prod_commit(config, clone.path)
    assert (sha, reason) == (first, "the newest of origin/main")
    (tmp_path / "root").mkdir()
    store.export(first, (".",), tmp_path / "root")
    assert (tmp_path / "root" / APP).read_text() == "1"
    assert git(clone.path, "status", "--porcelain") == ""


def test_on_the_vm_prod_is_what_its_worktree_is_at(
    clone: Clone, tmp_path: Path
) -> None:
    """Before the first promotion it is the last validated one, else the newest."""
    config = load_config(write_config(tmp_path))
    first, second, third = (clone.commit({APP: text}) for text in "123")
    clone.push()
    store = Store(tmp_path / "root/.pipeline/repo.git", "main")
    store.path.parent.mkdir(parents=True)
    store.create(str(clone.origin))
    store.fetch()

    def found() -> tuple[Sha, str]:
        return prod_commit(config, clone.path)[1:]

    assert found() == (third, "the newest of main")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/last-validated-sha.txt").write_text(f"{second}\n")
    assert found() == (second, "the last validated one")
    store.add_worktree(tmp_path / "root/20_prod", first)
    assert found() == (first, "what prod serves")


def test_a_commit_is_checked_out_where_nothing_differs(clone: Clone) -> None:
    """A changed or a new file makes it another tree; an ignored one does not."""
    older = Sha(clone.commit({APP: "1"}))
    sha = Sha(clone.commit({APP: "2", ".gitignore": "*.pyc"}))
    (clone.path / "cache.pyc").touch()
    assert is_checked_out(sha, clone.path)
    assert not is_checked_out(older, clone.path)
    (clone.path / APP).write_text("1")
    assert not is_checked_out(sha, clone.path)
    (clone.path / APP).write_text("2")
    (clone.path / "new.py").touch()
    assert not is_checked_out(sha, clone.path)
    with pytest.raises(CommandFailed):
        is_checked_out(Sha("0" * 40), clone.path)


def test_without_a_repository_there_is_no_copy(tmp_path: Path) -> None:
    """An unpacked archive is told apart from a checkout."""
    with pytest.raises(CommandFailed):
        prod_commit(load_config(write_config(tmp_path)), tmp_path)
