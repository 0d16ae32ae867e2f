"""Each environment's trouble stays its own, and words never undo deeds."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
import yaml

from tests.faults.rows import cases
from tests.sandbox.world import World

CLASS = "trouble of one environment"


def without_its_tree(world: World) -> None:
    """Take the files away that prod serves from."""
    shutil.rmtree(world.vm.root / "20_prod")


def with_a_damaged_pointer(world: World) -> None:
    """Let git find garbage where prod's commit is named."""
    tree = world.vm.root / "20_prod"
    link = (tree / ".git").read_text().partition(": ")[2].strip()
    (world.vm.root / link / "HEAD").write_text("garbage\n")


def with_a_broken_record(world: World) -> None:
    """Let prod's newest deployment be of something that is no commit."""
    with closing(sqlite3.connect(world.vm.state / "journal.db")) as database:
        database.execute(
            "INSERT INTO deployment (environment, sha, kind, actor, subject, run_url, "
            "at) VALUES ('prod', 'garbage', 'deploy', '', '', '', 0)"
        )
        database.commit()


TROUBLES: dict[str, Callable[[World], None]] = {
    "its files are gone": without_its_tree,
    "git finds garbage": with_a_damaged_pointer,
    "its record is garbage": with_a_broken_record,
}


@pytest.mark.parametrize("spoil", cases(CLASS, TROUBLES))
@pytest.mark.parametrize("first", ["prod", "preprod"])
def test_the_others_are_resumed(
    awaiting: World, spoil: Callable[[World], None], first: str
) -> None:
    """Whichever comes first: the other one is settled, and people are told."""
    vm, sha = awaiting.vm, awaiting.vm.pushed[-1]
    with closing(sqlite3.connect(vm.state / "journal.db")) as database:
        database.execute(
            "INSERT INTO verdict (sha, verdict, reason, at, run_url) "
            "VALUES (?, 'failed', 'CI failed', 0, '')",
            (sha,),
        )
        database.execute(
            "INSERT INTO deployment (environment, sha, kind, actor, subject, run_url, "
            "at) VALUES ('prod', ?, 'deploy', '', '', '', 0)",
            (awaiting.good,),
        )
        database.commit()
    spoil(awaiting)
    whole = vm.config.read_text()
    vm.config.write_text(reordered(whole, first))
    vm.script("resume", code=None)
    assert vm.serving() == awaiting.good
    assert "- Rolled back" in awaiting.told()


def reordered(text: str, first: str) -> str:
    """Return a configuration in which one environment comes first."""
    whole = yaml.safe_load(text)
    places = whole["environments"]
    whole["environments"] = {first: places[first], **places}
    return yaml.safe_dump(whole, sort_keys=False)
