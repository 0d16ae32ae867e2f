"""What people do twice, by hand, or against what the pipeline expects."""

from threading import Thread

import pytest

from tests.sandbox.world import World

ROLLBACK = ("--confirm", "ROLLBACK")


def fault(case: str) -> pytest.MarkDecorator:
    """Return the mark of a row."""
    return pytest.mark.fault("people", case)


def roll_back(world: World, name: str, *options: str, code: int = 0) -> str:
    """Roll an environment back with the real script; return what serves or was told."""
    done = world.vm.script("rollback", name, *ROLLBACK, *options, code=code)
    return done.stderr if code else served(world, name)


def served(world: World, name: str) -> str:
    """Return the SHA that an environment reports."""
    port = world.vm.prod_port if name == "prod" else world.vm.port
    return world.vm.serving(port)


def promote(world: World, *options: str, code: int = 0) -> str:
    """Promote with the real script; return what it told."""
    return world.vm.script("promote", "--confirm", "DEPLOY", *options, code=code).stderr


def validated(world: World, name: str, *, is_promoted: bool, **more: object) -> str:
    """Validate one more version, and promote it where production is asked for."""
    sha = world.push(name, **more)
    world.settle(sha, "passed")
    if is_promoted:
        promote(world)
    return sha


def reset_by_hand(world: World, name: str, sha: str) -> None:
    """Do what the README says for a rollback by hand."""
    tree = world.vm.root / ("20_prod" if name == "prod" else "10_preprod")
    world.vm.git("reset", "--quiet", "--hard", sha, at=tree)
    world.restart_by_hand(name)
    assert served(world, name) == sha


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("preprod", marks=fault("rollback twice and thrice on preprod")),
        pytest.param("prod", marks=fault("rollback twice and thrice on prod")),
    ],
)
def test_rollbacks_in_a_row_go_further_back(patient: World, name: str) -> None:
    """Each goes one further back, until there is none; what was taken stays away."""
    is_prod = name == "prod"
    if is_prod:
        promote(patient)
    a = patient.good
    b, c, d = (validated(patient, each, is_promoted=is_prod) for each in "BCD")
    assert [roll_back(patient, name) for _ in range(3)] == [c, b, a]
    assert "there is none" in roll_back(patient, name, code=3)
    assert "rolled back here" in roll_back(patient, name, "--to", d, code=3)
    assert roll_back(patient, name, "--to", c, "--override-bad") == c
    assert roll_back(patient, name) == a, "B was taken away, and is put up again"
    patient.vm.script("resume")
    assert served(patient, name) == a
    assert not [end for _, _, end in patient.vm.ends() if end is None]
    e = validated(patient, "E", is_promoted=is_prod)
    assert served(patient, name) == e
    assert roll_back(patient, name) == a


@fault("rollback to any earlier good one")
def test_any_earlier_good_one_can_be_named(patient: World) -> None:
    """One further back is named, and then one that is earlier still."""
    promote(patient)
    b, _, _ = (validated(patient, each, is_promoted=True) for each in "BCD")
    assert roll_back(patient, "prod", "--to", b) == b
    assert roll_back(patient, "prod", "--to", patient.good) == patient.good
    told = promote(patient, code=3)
    assert "was rolled back here" in told
    assert served(patient, "prod") == patient.good


@fault("rollback twice while verdicts are pending")
def test_pending_versions_are_taken_away_one_by_one(patient: World) -> None:
    """What waits for its verdict is ended, and its late success moves nothing."""
    b = validated(patient, "B", is_promoted=False)
    c, d = patient.push("C"), patient.push("D")
    assert roll_back(patient, "preprod", "--to", c) == c
    assert roll_back(patient, "preprod") == b
    assert roll_back(patient, "preprod") == patient.good
    assert [patient.end(sha) for sha in (c, d)] == ["rolled back"] * 2
    for sha in (d, c):
        patient.settle(sha, "passed", code=5)
    assert patient.vm.serving() == patient.good
    patient.ci(b, "success", attempt=2)
    patient.vm.script("settle", "preprod", "--sha", b)
    assert patient.vm.serving() == b, "its CI passed again"
    e = patient.push("E")
    patient.settle(e, "failed", code=5)
    assert patient.vm.serving() == b
    assert not [end for _, _, end in patient.vm.ends() if end is None]


@fault("what is returned to fails in CI")
def test_what_was_taken_away_stays_away_whatever_ci_says(patient: World) -> None:
    """A rollback to a pending version whose CI fails does not bring the newer back."""
    b = patient.push("B")
    c = patient.push("C")
    assert roll_back(patient, "preprod", "--to", b) == b
    patient.settle(b, "failed", code=5)
    patient.settle(c, "passed", code=5)
    assert patient.vm.serving() == patient.good


@fault("hand rollback, then a promotion that fails")
def test_a_failed_promotion_returns_to_what_served(patient: World) -> None:
    """After a hand rollback from B to G a failing promotion returns to G, not to B."""
    promote(patient)
    validated(patient, "Bad", is_promoted=True)
    reset_by_hand(patient, "prod", patient.good)
    page = patient.vm.clone / "10_preprod" / "page.html"
    page.write_text("<title>Mangetamain, changed</title>")
    validated(patient, "Next", is_promoted=False)
    patient.vm.configure(health={"deadline": 6}, app={"content": "Mangetamain</title>"})
    promote(patient, code=5)
    assert served(patient, "prod") == patient.good


@fault("hand rollback, then a promotion of what lies between")
def test_a_promotion_is_compared_with_what_serves(patient: World) -> None:
    """What the journal believes to be live refuses nothing that is newer than G."""
    promote(patient)
    between = validated(patient, "Between", is_promoted=False)
    bad = validated(patient, "Bad", is_promoted=True)
    reset_by_hand(patient, "prod", patient.good)
    promote(patient, "--sha", between)
    assert served(patient, "prod") == between
    assert "rolled back here by hand" in promote(patient, code=3)
    promote(patient, "--override-bad")
    assert served(patient, "prod") == bad, "it was asked for last"


@fault("hand rollback, then rollback")
def test_a_rollback_starts_from_what_serves(patient: World) -> None:
    """After a hand reset to B, a rollback goes before B, and takes C away as well."""
    validated(patient, "B", is_promoted=False)
    c = validated(patient, "C", is_promoted=False)
    reset_by_hand(patient, "preprod", patient.vm.pushed[-2])
    assert roll_back(patient, "preprod") == patient.good
    assert "rolled back here" in roll_back(patient, "preprod", "--to", c, code=3)


@fault("hand rollback, made whole")
def test_a_hand_rollback_is_made_whole(patient: World) -> None:
    """Whoever names what a hand reset put up is not told that it serves already."""
    validated(patient, "B", is_promoted=False)
    reset_by_hand(patient, "preprod", patient.good)
    assert patient.status()["has_drifted"] is True
    assert roll_back(patient, "preprod", "--to", patient.good) == patient.good
    assert patient.status()["has_drifted"] is False


@fault("hand rollback, then a push that fails")
def test_a_failed_push_returns_to_what_served(patient: World) -> None:
    """On preprod, too, what a person put up is what an unhealthy push returns to."""
    validated(patient, "B", is_promoted=False)
    reset_by_hand(patient, "preprod", patient.good)
    patient.vm.configure(health={"deadline": 6})
    sha = patient.vm.push("Unhealthy", status=500)
    patient.deploy(sha, code=5)
    assert patient.vm.serving() == patient.good
    patient.settle(sha, "failed", code=None)
    patient.vm.script("resume")
    assert patient.vm.serving() == patient.good, "it was rolled forward"


@fault("the app reports another SHA after the gate")
@pytest.mark.parametrize("verdict", ["passed", "failed"])
@pytest.mark.parametrize("lie", ["f" * 40, "the good one's", "garbage"])
def test_an_app_that_misreports_is_settled(
    patient: World, verdict: str, lie: str
) -> None:
    """Nobody reset anything: the verdict counts, and people are told."""
    said = patient.good if lie == "the good one's" else lie
    sha = patient.push("Liar", lies=True)
    (patient.vm.root / "lie").write_text(said)
    assert patient.vm.serving() == said
    assert patient.status()["has_drifted"] is False
    patient.settle(sha, verdict, code=0 if verdict == "passed" else 5)
    assert patient.end(sha) == ("validated" if verdict == "passed" else "rolled back")
    assert "Misreports" in patient.told()
    assert "Drifted" not in patient.told()
    if verdict == "failed":
        assert patient.vm.serving() == patient.good


@fault("status while a version is put up")
def test_status_says_what_is_being_done(patient: World) -> None:
    """Between reset and verification it is a deployment, no drift without a watcher."""
    sha = patient.vm.push("Slow to start", late=20)
    patient.vm.configure(ci={"deadline": 600}, health={"deadline": 60})
    deploying = Thread(
        target=patient.vm.script, args=("deploy", "preprod", "--sha", sha)
    )
    deploying.start()
    begun = "SELECT 1 FROM step WHERE name = 'verify' AND deployment = 2"
    patient.wait(lambda: patient.vm.journal(begun))
    table = patient.vm.script("status", COLUMNS="160").stdout
    seen = patient.status()
    deploying.join()
    assert f"deploying {sha[:7]}" in table
    assert "drifted" not in table and "no watcher" not in table
    assert (seen["operation"], seen["has_drifted"]) == (f"deploying {sha[:7]}", False)
    assert patient.status()["operation"] == ""
