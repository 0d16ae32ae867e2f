"""What a release of the pipeline carries."""

from pathlib import Path

from pipeline.adapters.git_store import Store
from pipeline.operations.releases import LEFT_OUT

from tests.unit.repository import Clone
from tests.unit.tripwire import REPOSITORY


def test_a_release_carries_only_what_guards(clone: Clone, tmp_path: Path) -> None:
    """Neither the checks before a push nor the documentation, both of which exist."""
    left_out = [path.removeprefix(":(exclude)") for path in LEFT_OUT]
    assert all((REPOSITORY / path).exists() for path in left_out)
    files = [path if "." in path else f"{path}/x.py" for path in left_out]
    sha = clone.commit(dict.fromkeys((*files, "70_scripts/deploy.py"), "x"))
    store, into = Store(clone.path / ".git", "main"), tmp_path / "release"
    into.mkdir()
    store.export(sha, ("70_scripts", *LEFT_OUT), into)
    found = [path.relative_to(into) for path in into.rglob("*") if path.is_file()]
    assert found == [Path("70_scripts/deploy.py")]
