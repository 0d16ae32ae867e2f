"""Hostile text is text: it runs nothing, pings nobody, breaks no line, is no option."""

import json
from pathlib import Path

import pytest

from tests.faults.rows import HOSTILE, cases
from tests.sandbox.world import World

CLASS = "hostile text"
PLANTED = "pwned"
BRANCH = "$(touch${IFS}pwned);`id`"


@pytest.mark.parametrize("text", cases(CLASS, HOSTILE))
def test_hostile_text_is_text(patient: World, text: str) -> None:
    """As a commit's message and as its author's name it is shown, and does nothing."""
    author = "".join(text.split("\0")).replace("\n", " ")[:200]
    sha = patient.vm.push("Innocent")
    event = patient.vm.home / "event.json"
    event.write_text(json.dumps({"head_commit": {"id": sha, "message": text}}))
    done = patient.vm.script(
        "deploy",
        "preprod",
        f"--sha={sha}",
        GITHUB_EVENT_PATH=str(event),
        GITHUB_ACTOR=author,
        GITHUB_ACTIONS="true",
    )
    assert patient.vm.serving() == sha
    assert patient.discord.pings == ()
    lines = patient.discord.messages[-1].content.splitlines()
    starts = [line.split()[0] for line in lines[:4]]
    assert starts == ["🚀", "SHA:", "Author:", "Message:"], lines
    assert len(lines) == 6 and max(map(len, lines)) < 500
    printed = (done.stdout + done.stderr).splitlines()
    assert not [
        line for line in printed if line.startswith("::")
    ], "a command to Actions"
    planted = (patient.vm.home, patient.vm.root, Path.cwd(), Path("/tmp"))
    assert not [folder for folder in planted if (folder / PLANTED).exists()]
    (kept,) = patient.vm.journal("SELECT subject FROM deployment WHERE sha = ?", sha)
    assert str(kept[0]) == text.partition("\n")[0], "the journal has it as it was"


@pytest.mark.fault(CLASS, "a commit's own message and author")
def test_hostile_commits_are_text(patient: World) -> None:
    """Without a job around it, what git says of the commit is shown as text too."""
    text = " ".join(HOSTILE.values()).replace("\0", "")[:4000]
    message = patient.vm.home / "message"
    message.write_text(text.replace("\n", " "))
    author = "`$(touch pwned)` @everyone ::error:: <ada@example.org>"
    option = ("--allow-empty", "--file", str(message), "--author", author)
    patient.vm.git("commit", "--quiet", *option)
    patient.vm.git("push", "--quiet", "origin", "HEAD:main")
    sha = patient.vm.git("rev-parse", "HEAD")
    patient.deploy(sha)
    assert patient.vm.serving() == sha
    patient.settle(sha, "failed", code=5)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert patient.discord.pings == ()
    for shown in patient.discord.messages:
        heads = [line.split()[0] for line in shown.content.splitlines()[1:5]]
        assert [head for head in heads if head != "Instead"][:3] == [
            "SHA:",
            "Author:",
            "Message:",
        ]


@pytest.mark.fault(CLASS, "a branch's name")
def test_a_hostile_branch_is_refused(patient: World) -> None:
    """A commit of a branch with a hostile name is not of main, and runs nothing."""
    patient.vm.git("checkout", "--quiet", "-b", BRANCH)
    patient.vm.git("commit", "--quiet", "--allow-empty", "--message", "Elsewhere")
    patient.vm.git("push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}")
    patient.deploy(patient.vm.git("rev-parse", "HEAD"), code=3)
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert not list(patient.vm.home.rglob(PLANTED))


ARGUMENTS = {
    "--option as SHA": ("preprod", "--sha=--upload-pack=touch pwned"),
    "–option with a dash of prose as SHA": ("preprod", "--sha", "-–option"),
    "../ as environment": ("../prod", f"--sha={'0' * 40}"),
    "--option as environment": ("--help-me", f"--sha={'0' * 40}"),
}


@pytest.mark.parametrize("arguments", cases(CLASS, ARGUMENTS))
def test_hostile_arguments_are_refused(
    patient: World, arguments: tuple[str, ...]
) -> None:
    """What is no SHA, or no environment, is refused before anything is looked at."""
    for verb in ("deploy", "settle"):
        done = patient.vm.script(verb, *arguments, code=2)
        assert "Traceback" not in done.stderr
    assert patient.vm.serving() == patient.vm.validated() == patient.good
    assert len(patient.vm.ends()) == 1
    assert not list(patient.vm.home.rglob(PLANTED))
