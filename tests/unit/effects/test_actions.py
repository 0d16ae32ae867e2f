"""Speaking to a job: annotations, summaries, and words that are never commands."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.effects import actions
from pipeline.effects.actions import COMMAND, LARGEST_SUMMARY, Level

from tests.unit.specimens import HOSTILE

HARM = (
    "::set-output name=x::y",
    "  ::add-mask::s",
    "fine\n::stop-commands::x",
    "fine\r\n\t ::set-env name=PATH::/tmp",
    "##[set-env name=PATH]/tmp",
    "text ##[error]x",
)
# How the runner finds a command in a line of output.
OBEYED = re.compile(r"^\s*::|##\[")


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test as if inside a job."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


def commands(text: str) -> list[str]:
    """Return the lines that the runner would take for commands."""
    return [line for line in re.split(r"[\r\n]", text) if OBEYED.search(line)]


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("level", Level)
def test_annotation_is_one_command(
    level: Level, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a job the whole text, lines and all, is one annotation that says it."""
    actions.annotate(level, "100% sure:\n  → do this\r")
    told = f"::{level}::100%25 sure:%0A  → do this%0D\n"
    assert capsys.readouterr() == ("", told)


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("text", (*HARM, *(t for t in HOSTILE if "\ud800" not in t)))
def test_hostile_text_is_no_second_command(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a text contains, an annotation stays the only command of its line."""
    actions.annotate(Level.ERROR, text)
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "\r" not in told
    assert told.startswith("::error::")


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize("text", HARM)
def test_words_are_never_commands(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line of an app's log, or a commit's message, cannot speak to the runner."""
    assert commands(text)
    actions.tell(text)
    told = capsys.readouterr().err
    assert commands(told) == []
    assert told.replace(" ", "").strip() == text.replace(" ", "").strip()


@given(some.text(alphabet=":#[ \t\r\na", max_size=30))
def test_no_text_is_a_command(text: str) -> None:
    """However colons, hashes and line ends are strewn, nothing is left to obey."""
    assert commands(COMMAND.sub(r"\1 ", text)) == []


@pytest.mark.parametrize("text", HARM)
def test_at_a_terminal_words_are_as_they_are(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of a job nothing is rewritten, and a level is a plain word."""
    actions.tell(text)
    actions.annotate(Level.WARNING, "look")
    assert capsys.readouterr() == ("", f"{text}\nwarning: look\n")


def test_summary_is_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was summarized before stays, and a blank line parts the pieces."""
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    actions.summarize("# One\n")
    actions.summarize("| a |\n|---|")
    assert file.read_text() == "# One\n\n| a |\n|---|\n\n"


def test_summary_never_outgrows_github(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond GitHub's limit it is cut between characters, not refused as a whole."""
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    for _ in range(3):
        actions.summarize("é" * (LARGEST_SUMMARY // 3))
    assert LARGEST_SUMMARY - 2 <= file.stat().st_size <= LARGEST_SUMMARY
    assert set(file.read_text("utf-8")) == {"é", "\n"}


@pytest.mark.parametrize("path", ["", "/no/such/folder/summary.md"])
def test_summary_without_a_place(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal, or where it cannot be written, a summary is no reason to fail."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", path)
    actions.summarize("text")
    assert not Path("/no/such").exists()
