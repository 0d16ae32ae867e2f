"""An upgrade is a deployment: adopted while the version before is alive, and back."""

import hashlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults import upgrading
from tests.faults.upgrading import (
    die_while_migrating,
    FORMER,
    IMPOSSIBLE,
    guarded,
    is_whole,
    migrate_in,
    push,
    revert,
    set_former_up,
    tables,
)
from tests.sandbox.vm import REPOSITORY, Vm
from tests.sandbox.world import World, opened


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("upgrade", case)


@pytest.fixture
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Give a world whose VM runs its own pipeline."""
    with guarded(tmp_path) as world:
        yield world
        request.node.user_properties.append(("end", world.seen()))


def with_marked_pipeline(world: World, mark: str) -> None:
    """Let the next push bring another pipeline, that does the same."""
    (world.vm.clone / "70_scripts/mark.py").write_text(f"print({mark!r})\n")


def not_adopted(world: World) -> list[str]:
    """Return what people were told of pipelines that were not adopted."""
    return [text for text in world.vm.notices() if "PIPELINE" in text]


@fault("the next version migrates while this one watches; then a revert")
def test_a_migration_is_adopted_and_reverted(upgraded: World) -> None:
    """Watchers of N settle after N+1 was adopted; the revert is adopted as well."""
    vm = upgraded.vm
    waiting = push(upgraded, "Watched by N")
    migrate_in(vm)
    following = push(upgraded, "N+1, with a migration")
    upgraded.ci(following)
    upgraded.wait(lambda: vm.in_force() == following)
    assert "next_thing" in tables(vm)
    assert vm.pids(f"watch_ci.py preprod --sha {waiting}".replace(" ", "\0"))
    upgraded.ci(waiting)
    assert upgraded.end(waiting) == "superseded"
    assert vm.journal("SELECT count(*) FROM next_thing")[0][0]
    back = revert(upgraded, following)
    upgraded.ci(back)
    upgraded.wait(lambda: vm.in_force() == back)
    newest = push(upgraded, "By N again")
    upgraded.ci(newest, "failure")
    assert upgraded.end(newest) == "rolled back"
    vm.own("resume")
    vm.own("status")
    assert vm.serving() == vm.validated() == back
    assert is_whole(vm) and not not_adopted(upgraded)


@fault("the next version's migration fails")
def test_a_migration_that_fails_is_not_adopted(upgraded: World) -> None:
    """N stays in force, its journal as it was; that is told once."""
    vm = upgraded.vm
    before = tables(vm)
    migrate_in(vm, IMPOSSIBLE)
    sha = push(upgraded, "N+1, whose migration fails")
    upgraded.ci(sha)
    assert upgraded.end(sha) == "validated"
    for _ in range(2):
        vm.own("resume")
    assert (vm.in_force(), vm.validated()) == (upgraded.good, sha)
    assert tables(vm) == before
    (told,) = not_adopted(upgraded)
    assert "cannot migrate the journal" in told


@fault("the next version's migration is killed half-way")
def test_a_migration_that_is_killed_leaves_nothing(
    upgraded: World, tmp_path: Path
) -> None:
    """The journal is as it was, N goes on, and the version after it is adopted."""
    vm, marker = upgraded.vm, tmp_path / "marker"
    before = tables(vm)
    marker.touch()
    die_while_migrating(vm, marker)
    sha = push(upgraded, "N+1, killed while it migrates")
    upgraded.ci(sha)
    assert upgraded.end(sha) == "validated"
    upgraded.wait(lambda: not_adopted(upgraded))
    assert (vm.in_force(), vm.validated()) == (upgraded.good, sha)
    assert tables(vm) == before and is_whole(vm)
    marker.unlink()
    following = push(upgraded, "N+2, which lives")
    upgraded.ci(following)
    assert upgraded.end(following) == "validated"
    upgraded.wait(lambda: vm.in_force() == following)
    assert "next_thing" in tables(vm) and is_whole(vm)


@fault("a newer clone looks at the journal")
def test_a_newer_clone_changes_nothing(upgraded: World) -> None:
    """Status of another version works, its other verbs refuse, and N goes on."""
    vm = upgraded.vm
    migrate_in(vm)
    with closing(sqlite3.connect(vm.state / "journal.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = digest(vm)
    shown = newer(vm, "status", "--json", code=0)
    assert upgraded.good in shown.stdout
    newer(vm, "notify", "--dry-run", "The pipeline starts", code=0)
    refused = newer(vm, "notify", "Hello", code=2)
    assert "an older pipeline" in refused.stderr and "70_scripts/run" in refused.stderr
    newer(vm, "migrate", code=3)
    newer(vm, "migrate", "--for-adoption", code=3)
    assert digest(vm) == before
    sha = push(upgraded, "By N")
    upgraded.ci(sha)
    assert upgraded.end(sha) == "validated"


def newer(
    vm: Vm, verb: str, *arguments: str, code: int
) -> subprocess.CompletedProcess[str]:
    """Run a verb of the clone, which is no pipeline of this VM."""
    script = vm.clone / "70_scripts" / f"{verb}.py"
    done = vm.python_file(script, *arguments)
    assert done.returncode == code, done.stderr
    return done


def digest(vm: Vm) -> str:
    """Return a sum of all that the journal holds."""
    with closing(sqlite3.connect(vm.state / "journal.db")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


@fault("from the version that knows of no migration, and back")
def test_the_former_version_is_followed_and_returned_to(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Its watchers settle in the journal that this version migrated, and back again."""
    known = ("git", "-C", str(REPOSITORY), "cat-file", "-e", FORMER)
    if subprocess.run(known, capture_output=True, check=False).returncode:
        pytest.skip("the history of this clone is too short")
    settings = upgrading.WATCHING
    with opened(Vm(tmp_path, settings=settings, has_own_pipeline=True)) as world:
        vm = world.vm
        set_former_up(world)
        assert "schema_migration" not in tables(vm)
        waiting = push(world, "Watched by the former version")
        shutil.rmtree(vm.clone / "70_scripts")
        vm.bring_pipeline()
        following = push(world, "This version")
        world.ci(following)
        world.wait(lambda: vm.in_force() == following)
        vm.own("resume")
        assert {"schema_migration", "fact"} <= tables(vm)
        world.ci(waiting)
        assert world.end(waiting) == "superseded"
        back = revert(world, following)
        world.ci(back)
        world.wait(lambda: vm.in_force() == back)
        newest = push(world, "By the former version again")
        world.ci(newest, "failure")
        assert world.end(newest) == "rolled back"
        vm.own("status")
        assert vm.serving() == vm.validated() == back
        assert is_whole(vm)
        request.node.user_properties.append(("end", world.seen()))


@fault("a red pipeline commit, then a green one of the app")
def test_a_red_pipeline_does_not_come_in_under_a_green_app(upgraded: World) -> None:
    """The app's commit is validated; the pipeline below it is not adopted."""
    vm = upgraded.vm
    with_marked_pipeline(upgraded, "broken")
    red = push(upgraded, "A pipeline that CI finds bad")
    jobs = {"Quality": "success", "Pipeline tests (library)": "failure"}
    upgraded.ci(red, "failure", jobs=jobs)
    assert upgraded.end(red) == "rolled back"
    green = push(upgraded, "Only the app")
    upgraded.ci(green)
    assert upgraded.end(green) == "validated"
    for _ in range(2):
        vm.own("resume")
    assert (vm.in_force(), vm.validated()) == (upgraded.good, green)
    (told,) = not_adopted(upgraded)
    assert "was not tested" in told and red[:7] in told


@fault("a commit whose pipeline tests were left out")
def test_a_pipeline_that_was_not_tested_is_not_adopted(upgraded: World) -> None:
    """Skipped jobs validate no pipeline, nor does a person; a whole run does."""
    vm = upgraded.vm
    with_marked_pipeline(upgraded, "not tested")
    sha = push(upgraded, "Another pipeline")
    left_out = {"Quality": "success", "Preprod tests": "success"}
    upgraded.ci(sha, jobs={**left_out, "Pipeline tests": "skipped"})
    assert upgraded.end(sha) == "validated"
    vm.own("resume")
    assert (vm.in_force(), vm.validated()) == (upgraded.good, sha)
    (told,) = not_adopted(upgraded)
    assert "Pipeline tests (library) (did not run)" in told
    run = upgraded.github.runs(sha)[0]
    upgraded.ci(sha, run_id=run.id, attempt=2)
    vm.own("settle", "preprod", "--sha", sha)
    assert vm.in_force() == sha


@fault("a verdict by hand")
def test_a_verdict_by_hand_adopts_no_pipeline(upgraded: World) -> None:
    """A person's word validates the app; people are told what it does not do."""
    vm = upgraded.vm
    with_marked_pipeline(upgraded, "by hand")
    sha = push(upgraded, "Another pipeline")
    vm.own("settle", "preprod", "--sha", sha, "--verdict", "passed")
    assert (vm.in_force(), vm.validated()) == (upgraded.good, sha)
    (told,) = not_adopted(upgraded)
    assert "by hand validates the app alone" in told
    upgraded.ci(sha)
    vm.own("resume")
    assert vm.in_force() == sha
