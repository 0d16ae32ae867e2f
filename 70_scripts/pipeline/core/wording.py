"""Turning text that nobody vouches for into text that is only text."""

import re
import unicodedata

# What Discord would read as markdown, a mention or a link inside a line.
SPECIAL = re.compile(r"([\\*_~`|<>\[\]@])")
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LONGEST_LINE = 200
JOINER = "\N{ZERO WIDTH JOINER}"


def clipped(text: str, longest: int) -> str:
    """Return the text, cut to ``longest`` UTF-16 units with an ellipsis at the cut.

    Discord counts characters as JavaScript does, where an emoji counts twice.
    """
    if _units(text) <= longest:
        return text
    kept = text[:longest]
    while _units(kept) > longest - 1:
        kept = kept[:-1]
    return kept.rstrip("\\") + "…"


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    r"""Return hostile text as one visible line.

    Line breaks and tabs become blanks; control characters, and marks that would
    reorder what surrounds them, become their code (``\u202e``).
    """
    flat = " ".join(text.split())
    shown = "".join(
        character if _is_visible(character) else f"\\u{ord(character):04x}"
        for character in flat[: longest * 4]
    )
    return clipped(shown, longest)


def escaped(text: str, longest: int = LONGEST_LINE) -> str:
    """Return hostile text as one line that Discord shows letter by letter."""
    return SPECIAL.sub(r"\\\1", one_line(text, longest))


def _is_visible(character: str) -> bool:
    return character == JOINER or unicodedata.category(character) not in INVISIBLE


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
