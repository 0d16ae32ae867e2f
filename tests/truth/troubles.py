"""The troubles that the pages know a cure for, and which test tries it."""

import re
from collections.abc import Callable
from typing import TypeVar

from tests.truth.blocks import ROOT

OPERATIONS = ROOT / "README_CI_CD.md"
QUESTIONS = ROOT / "90_doc/source/faq.md"
TRIED: dict[str, str] = {}
Test = TypeVar("Test", bound=Callable[..., None])


def cure(*symptoms: str) -> Callable[[Test], Test]:
    """Note that a test brings these symptoms about, and applies the cure."""

    def note(test: Test) -> Test:
        TRIED.update(dict.fromkeys(symptoms, test.__name__))
        return test

    return note


def documented() -> list[str]:
    """Return every symptom that the pages name; a plain question is none."""
    table = OPERATIONS.read_text().partition("| symptom | what to do |")[2]
    rows = re.findall(r"^\| (.+?) \|", table, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", QUESTIONS.read_text(), re.MULTILINE)
    return [*rows, *(heading for heading in headings if not heading.endswith("?"))]
