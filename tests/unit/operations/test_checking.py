"""Which checks there are, which are chosen, and what prod's code is."""

import re
from pathlib import Path

import pytest
from pipeline.config import load_config
from pipeline.core.sha import Sha
from pipeline.effects.processes import CommandFailed
from pipeline.adapters.git_store import Store
from pipeline.operations.checking import (
    GROUPS,
    ON_REQUEST,
    checks,
    chosen,
    is_pipeline_untouched,
    prod_checks,
)
from pipeline.operations.prod_copy import find_source

from tests.unit.configuration import write_config
from tests.unit.repository import Clone, git
from tests.unit.tripwire import REPOSITORY

APP = "10_preprod/src/mangetamain_analytics/main.py"


def test_every_group_has_its_checks() -> None:
    """Names are unique, and no group is empty where its folder exists."""
    every = (*checks(REPOSITORY, 2), *prod_checks(REPOSITORY))
    names = [check.name for check in every]
    assert len(set(names)) == len(names) and not set(names) & set(GROUPS[:-1])
    empty = set(GROUPS) - {check.group for check in every}
    assert empty <= {"infrastructure"}
    assert bool(empty) != (REPOSITORY / "50_test").is_dir()


def test_ci_runs_each_check_once() -> None:
    """`.ci/run` names every check, by itself or by its group, once; not the stories."""
    script = (REPOSITORY / ".ci/run").read_text().replace("\\\n", " ")
    calls = re.findall(r"run_ci_checks\.sh ([a-z ]+) \|", script)
    every = (*checks(REPOSITORY, 2), *prod_checks(REPOSITORY))
    found = [check.name for call in calls for check in chosen(every, call.split())]
    wanted = [check.name for check in every if check.group not in ON_REQUEST]
    assert len(calls) == 2 and sorted(found) == sorted(wanted)


def test_infrastructure_is_found(tmp_path: Path) -> None:
    """Its tests are a check as soon as their folder is there."""
    (tmp_path / "50_test").mkdir()
    (found,) = chosen(checks(tmp_path, 1), ["infrastructure"])
    assert "../50_test" in found.argv and found.cwd == tmp_path


def test_checks_are_chosen_by_name_and_group() -> None:
    """A group is all of its checks, a name is one, in the order of the definition."""
    found = chosen(checks(REPOSITORY, 2), ["black", "preprod", "flake8"])
    assert [check.name for check in found] == ["app-tests", "flake8", "black"]


def test_app_tests_are_the_promised_ones() -> None:
    """Coverage below 90 % fails them, for preprod and for prod alike."""
    found = [*checks(REPOSITORY, 1), *prod_checks(REPOSITORY)]
    preprod, prod = chosen(found, ["app-tests", "prod-app-tests"])
    promised = "pytest tests/ -v --cov=src --cov-report=html --cov-fail-under=90"
    assert " ".join(preprod.argv).endswith(promised)
    assert preprod.argv == prod.argv


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
    assert find_source(config, clone.path).sha == first
    clone.push()
    clone.commit({APP: "2"})
    source = find_source(config, clone.path)
    assert (source.sha, source.reason) == (first, "the newest of origin/main")
    (tmp_path / "root").mkdir()
    source.store.export(first, (".",), tmp_path / "root")
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
        source = find_source(config, clone.path)
        return source.sha, source.reason

    assert found() == (third, "the newest of main")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/last-validated-sha.txt").write_text(f"{second}\n")
    assert found() == (second, "the last validated one")
    store.add_worktree(tmp_path / "root/20_prod", first)
    assert found() == (first, "what prod serves")


def test_without_a_repository_there_is_no_copy(tmp_path: Path) -> None:
    """An unpacked archive is told apart from a checkout."""
    with pytest.raises(CommandFailed):
        find_source(load_config(write_config(tmp_path)), tmp_path)
