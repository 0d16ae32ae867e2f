"""A deployment that goes wrong ends well: old version back, truth told, exit code."""

import pytest

from tests.sandbox.world import World

UNHEALTHY = {
    "exits": {"exits": True},
    "errors": {"status": 500},
    "cannot run its script": {"script": 503},
    "reports another version": {"sha": "0" * 40},
    "redirects": {"status": 302},
}


@pytest.mark.parametrize("behaviour", UNHEALTHY.values(), ids=UNHEALTHY)
def test_unhealthy_goes_back_at_once(
    running: World, behaviour: dict[str, object]
) -> None:
    """A version that does not serve is replaced before any verdict; exit 5."""
    running.vm.configure(health={"deadline": 1})
    sha = running.vm.push("Unhealthy", **behaviour)
    running.deploy(sha, code=5)
    assert running.vm.serving() == running.vm.validated() == running.good
    assert running.end(sha) == "rolled back"
    assert "↩️ PREPROD - Rolled back" in running.told()


def test_nothing_to_return_to_pages_a_human(world: World) -> None:
    """The first deployment ever has no way back: exit 6, a human is called."""
    world.vm.create()
    sha = world.vm.push("Broken from the start", exits=True)
    world.deploy(sha, code=6)
    assert world.end(sha) == "failed"
    assert world.vm.validated() == ""
    assert "A human is needed" in world.told()
    assert "again, verified" not in world.told()


def test_a_failed_rollback_is_not_called_one(running: World) -> None:
    """When the old version does not serve either: exit 6, and nobody is told so."""
    running.vm.configure(health={"deadline": 1}, app={"content": "not on the page"})
    sha = running.vm.push("Unhealthy", exits=True)
    running.deploy(sha, code=6)
    assert running.end(sha) == "failed"
    assert running.vm.validated() == running.good
    assert "PREPROD - Rolled back" not in running.told()
    assert "A human is needed" in running.told()


def test_what_does_not_build_touches_nothing(running: World) -> None:
    """Dependencies that cannot be installed leave the old version untouched; exit 3."""
    project = running.vm.clone / "10_preprod" / "pyproject.toml"
    project.write_text(project.read_text() + "\nthis is not TOML")
    sha = running.vm.push("Unbuildable")
    pid = (running.vm.state / "preprod-app.json").read_text()
    running.deploy(sha, code=3)
    assert running.end(sha) == "failed"
    assert running.vm.serving() == running.good
    assert (running.vm.state / "preprod-app.json").read_text() == pid, "restarted"
    assert "Nothing was touched" in running.told()


def test_a_rolled_back_sha_is_refused(running: World) -> None:
    """A plain re-run of a rolled-back SHA is refused; an override is not."""
    sha = running.push("Bad")
    running.ci(sha, "failure")
    assert running.end(sha) == "rolled back"
    running.deploy(sha, code=3)
    assert running.vm.serving() == running.good
    running.deploy(sha, "--override-bad")
    assert running.vm.serving() == sha


def test_only_commits_of_main_are_deployed(running: World) -> None:
    """A commit of another branch, or of nowhere, is refused and nothing is touched."""
    running.vm.git("checkout", "--quiet", "-b", "feature")
    running.vm.git("commit", "--quiet", "--allow-empty", "--message", "Elsewhere")
    running.vm.git("push", "--quiet", "origin", "feature")
    for sha in (running.vm.git("rev-parse", "HEAD"), "f" * 40):
        running.deploy(sha, code=3)
        assert running.vm.serving() == running.good


def test_an_older_sha_does_not_replace_a_newer(running: World) -> None:
    """A deployment that comes late, after a newer one, ends as superseded."""
    older = running.vm.push("Older")
    newer = running.push("Newer")
    running.deploy(older)
    assert running.end(older) == "superseded"
    assert running.vm.serving() == newer


def test_hand_edits_are_kept_and_named(running: World) -> None:
    """Edits, new files and commits made in the worktree are kept aside, not erased."""
    page = running.vm.root / "10_preprod" / "10_preprod" / "page.html"
    page.write_text("edited by hand: Mangetamain")
    (page.parent / "new.txt").write_text("made by hand")
    running.push("Over it")
    notice = next(text for text in running.vm.notices() if "kept as" in text)
    ref = notice.partition("kept as ")[2].split()[0]
    store = f"--git-dir={running.vm.root}/.pipeline/repo.git"
    kept = running.vm.git(store, "show", f"{ref}:10_preprod/page.html")
    assert kept == "edited by hand: Mangetamain"
    assert running.vm.git(store, "show", f"{ref}:10_preprod/new.txt") == "made by hand"
    assert not (page.parent / "new.txt").exists()


def test_status_tells_drift(running: World) -> None:
    """After a change by hand, status says what serves and what the journal says."""
    other = running.push("Newer")
    running.ci(other)
    assert running.end(other) == "validated"
    tree = running.vm.root / "10_preprod"
    running.vm.git("reset", "--quiet", "--hard", running.good, at=tree)
    assert not running.status()["has_drifted"], "a reset alone changes nothing"
    running.restart_by_hand()
    seen = running.status()
    assert seen["has_drifted"]
    assert (seen["serving"], seen["journaled"]) == (running.good, other)


def test_prod_takes_only_validated_shas(running: World) -> None:
    """A SHA that awaits its verdict is refused for prod; a validated one is not."""
    running.vm.configure(ci={"deadline": 600})
    awaiting = running.push("Awaiting")
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", awaiting, code=3)
    assert running.vm.serving(running.vm.prod_port) == ""
    running.vm.script("promote", "--confirm", "DEPLOY", "--sha", running.good)
    assert running.vm.serving(running.vm.prod_port) == running.good
    assert running.vm.serving() == awaiting, "preprod was touched"
