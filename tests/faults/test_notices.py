"""What people read: one message to its end, the cause first, who and what by name."""

import pytest

from tests.sandbox.world import SURE, World

CLASS = "notices"
OPEN = ("Deployment started", "awaiting CI", "CI verification in progress")
PROMOTE = ("promote", "--confirm", "DEPLOY", "--sha")
LOG = """\
##[group]Run uv run pytest
before the failure, far away
##[endgroup]
\x1b[31mFAILED\x1b[0m tests/unit/test_sum.py::test_sum - assert 3 == 4
https://ada:s3cret@github.com ghs_s3cret.AB-x_s3cret.AB-x_
@everyone ```
##[error]Process completed with exit code 1.
Post job cleanup.
"""


def shown(world: World, sha: str) -> list[str]:
    """Return what Discord shows of a commit now, one text a message."""
    texts = (message.content for message in world.discord.messages)
    return [text for text in texts if sha[:7] in text]


def titled(world: World, title: str) -> list[str]:
    """Return the lines of the one message whose title ends so."""
    texts = (message.content for message in world.discord.messages)
    (found,) = [text for text in texts if text.partition("\n")[0].endswith(title)]
    return found.splitlines()


@pytest.mark.fault(CLASS, "one message to its end: rolled back")
def test_what_was_rolled_back_is_live_nowhere(patient: World) -> None:
    """The deployment's message ends too; title by title SHA is what serves now."""
    sha = patient.push("Taken back")
    patient.settle(sha, "failed", code=5)
    assert not [text for text in shown(patient, sha) if any(o in text for o in OPEN)]
    for title in ("- Rolled back", "- Ended: rolled back"):
        lines = titled(patient, title)
        assert lines[1:3] == [f"SHA: {patient.good[:7]}", f"Instead of: {sha[:7]}"]


@pytest.mark.fault(CLASS, "one message to its end: promoted")
def test_what_was_promoted_is_not_beginning(patient: World) -> None:
    """Nothing says any more that it was started; the team's lines come first."""
    patient.vm.script(*PROMOTE, patient.good, GITHUB_ACTIONS="", LOGNAME="grace")
    assert "Deployment started" not in patient.told()
    lines = titled(patient, "🎯 PRODUCTION - Deployment successful ✅")
    assert lines[1:6] == [
        f"SHA: {patient.good[:7]}",
        "Author: @Ada",
        "Message: First version",
        "PREPROD ✅ → PROD ✅",
        "URL: https://backtothefuturekitchen.lafrance.io/",
    ]
    assert lines[6].startswith("By: @")  # Nobody that wrote the commit.


@pytest.mark.fault(CLASS, "one message to its end: failed")
def test_what_failed_is_not_beginning(patient: World) -> None:
    """A deployment that could not be prepared is no longer said to have started."""
    (patient.vm.clone / "10_preprod" / "pyproject.toml").write_text("nothing [")
    sha = patient.vm.push("Does not build")
    patient.deploy(sha, code=3)
    assert not [text for text in shown(patient, sha) if any(o in text for o in OPEN)]
    reason = next(one for one in titled(patient, "- Failed") if "Reason: " in one)
    assert "uv sync" not in reason and "exited with" not in reason


@pytest.mark.fault(CLASS, "the start, as the team knows it")
def test_the_start_is_the_teams(patient: World) -> None:
    """Line by line; who pressed comes after it, where that is not the author."""
    sha = patient.vm.push("Fix bug analysis")
    job = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "presser"}
    patient.vm.script("deploy", "preprod", "--sha", sha, **job)
    starts = [t for t in patient.vm.notices() if f"SHA: {sha[:7]}" in t]
    assert starts[0].splitlines() == [
        "🚀 PREPROD - Deployment started",
        f"SHA: {sha[:7]}",
        "Author: @Ada",
        "Message: Fix bug analysis",
        "⏳ CI verification in progress...",
        "By: @presser",
    ]


@pytest.mark.fault(CLASS, "a verified rollback, nothing to type")
def test_a_rollback_that_held_asks_for_nothing(patient: World) -> None:
    """The app's last words are the cause; no command is to be typed."""
    patient.vm.script(*PROMOTE, patient.good)
    sha = patient.push("Cannot start there")
    patient.settle(sha, "passed")
    patient.vm.configure(health={"deadline": 1}, app={"content": "not on the page"})
    patient.vm.script(*PROMOTE, sha, code=6)
    assert any("git reset --hard" in text for text in shown(patient, sha))
    patient.vm.configure()
    patient.vm.script("rollback", "prod", "--to", patient.good, *SURE, code=None)
    bad = patient.vm.push("Exits", exits=True)
    patient.deploy(bad, code=5)
    (alert,) = [t for t in shown(patient, bad) if "PREPROD - Rolled back" in t]
    assert "git reset" not in alert and "`" not in alert.replace("```", "")
    reason = next(line for line in alert.splitlines() if line.startswith("Reason: "))
    assert "the app cannot start" in reason


@pytest.mark.fault(CLASS, "the failed job's log")
def test_the_failed_jobs_log_is_told(patient: World) -> None:
    """Its end, bare of colours, times and secrets; the gate is no reason beside it."""
    patient.vm.keep_webhook(f"PIPELINE_GITHUB_TOKEN={patient.github.token}\n")
    sha = patient.push("Red")
    failed = dict.fromkeys(("Summary", "Preprod tests"), "failure")
    patient.ci(sha, "failure", jobs=failed, logs={"Preprod tests": LOG})
    patient.vm.script("settle", "preprod", "--sha", sha, code=5)
    lines = titled(patient, "- Rolled back")
    assert r"Reason: CI failed: Preprod tests" in lines
    log = lines[lines.index("```") :]
    assert "FAILED tests/unit/test_sum.py::test_sum - assert 3 == 4" in log
    assert log[-1] == "```" and "```" not in log[1:-1]
    text = "\n".join(lines)
    assert "Summary" not in text and "s3cret" not in text and "exit code" not in text
    assert not patient.discord.pings
