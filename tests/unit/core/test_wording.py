"""Hostile text: shown as text, on one line, within its limit."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from pipeline.core.wording import LONGEST_LINE, clipped, escaped, one_line

from tests.unit.specimens import HOSTILE

RAW_MARKUP = re.compile(r"(?<!\\)(?:\\\\)*[*_~`|<>\[\]@]")
ANYTHING = some.text(
    some.one_of(some.characters(), some.sampled_from("\\@<>`*_~|[]\0\n\u202e\u200d"))
)


def units(text: str) -> int:
    """Return the length that Discord counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(ANYTHING, some.integers(1, 300))
def test_one_line_is_one_visible_line(text: str, longest: int) -> None:
    """Whatever comes in: one line, within the limit, nothing that cannot be seen."""
    line = one_line(text, longest)
    assert len(line.splitlines()) <= 1
    assert units(line) <= longest
    hidden = {unicodedata.category(each) for each in line if each != "\u200d"}
    assert not hidden & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING, some.integers(1, 300))
def test_escaped_holds_no_markup(text: str, longest: int) -> None:
    """No mention, link or markdown is left, and each letter costs at most a mark."""
    line = escaped(text, longest)
    assert not RAW_MARKUP.search(line)
    assert units(line) <= 2 * longest
    assert re.sub(r"\\([\\*_~`|<>\[\]@])", r"\1", line) == one_line(text, longest)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_text(text: str) -> None:
    """Every text that is known to do harm elsewhere is one harmless line here."""
    line = escaped(text)
    assert "\n" not in line and not RAW_MARKUP.search(line)
    assert units(one_line(text)) <= LONGEST_LINE


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\nc\td", "a b c d"),
        ("  padded  ", "padded"),
        ("\0", r"\u0000"),
        ("\u202egnp", r"\u202egnp"),
        ("Fix bug analysis", "Fix bug analysis"),
        ("été 🚀", "été 🚀"),
        ("👩\u200d🍳", "👩\u200d🍳"),
        ("", ""),
    ],
)
def test_one_line_stays_readable(text: str, line: str) -> None:
    """What does no harm is left alone; what cannot be seen becomes its code."""
    assert one_line(text) == line


@given(ANYTHING, some.integers(1, 50))
@example("\N{ROCKET}" * 30, 50)
@example("a" * 48 + "\\" * 4, 50)
def test_clipped_keeps_the_limit(text: str, longest: int) -> None:
    """A cut is marked, never splits a character, never leaves half an escape."""
    kept = clipped(text, longest)
    if units(text) <= longest:
        assert kept == text
    else:
        assert units(kept) <= longest
        assert kept.endswith("…") and not kept.endswith("\\…")
        assert text.startswith(kept[:-1])
