"""What a person's rollback takes away, and what brings it back."""

from pipeline.core.deployment import Kind
from pipeline.core.lineage import Cleared, Event, Lineage, Placed, Reset, lineage
from pipeline.core.sha import Sha

NAMES = {letter: Sha(letter * 40) for letter in "abcdef"}


def after(text: str) -> tuple[str, str]:
    """Return line and withdrawn after events: a, <a, <a(b replaced), >a, +a."""
    found = lineage(map(event, text.split()))
    return letters(found.line), letters(sorted(found.withdrawn))


def event(word: str) -> Event:
    """Read one event: < a rollback by hand, > forward, + a re-run, ! a hand reset."""
    sha = NAMES[word.lstrip("<>+!")[0]]
    if word[0] == "!":
        return Reset(sha)
    if word[0] == "+":
        return Cleared(sha)
    replaced = NAMES[word[3]] if word[2:3] == "(" else None
    kinds = {"<": Kind.ROLLBACK, ">": Kind.ROLL_FORWARD}
    return Placed(sha, kinds.get(word[0], Kind.DEPLOY), replaced)


def letters(shas: object) -> str:
    """Return SHAs by their letters."""
    return "".join(sha[0] for sha in shas)  # type: ignore[attr-defined]


TABLE = {
    "a b c": ("abc", ""),
    "a b a": ("ba", ""),
    "a b c <b": ("abc", "c"),
    "a b c <b <a": ("abc", "bc"),
    "a b c d <b <a": ("abcd", "bcd"),
    "a b c <b <c": ("abc", ""),
    "a b c <a <c": ("abc", "b"),
    "a b c <a <b": ("abc", "c"),
    "a b c <a c": ("abc", "b"),
    "a b c <a b": ("acb", "c"),
    "a b c <b d": ("abcd", "c"),
    "a b c <a d <a": ("abcd", "bcd"),
    "a b <a >b": ("ab", "b"),
    "a b c <a +b": ("abc", "c"),
    "a b c +c <a": ("abc", "bc"),
    "a b c <b(a": ("abc", "c"),
    "a b c <b(e": ("abc", "ce"),
    "a b <e": ("eab", "ab"),
    "a b <e <a": ("eab", "b"),
    "a b c !b": ("abc", "c"),
    "a b c !b d": ("abcd", "c"),
    "a b c !e d": ("abcd", ""),
    "a b c <a !b": ("abc", "c"),
    "a b <a c !b d": ("abcd", "c"),
}


def test_the_table_of_the_decision_holds() -> None:
    """Each row: what happened, what served in order, what stays away."""
    assert {text: after(text) for text in TABLE} == TABLE


def test_what_was_deployed_before_is_known() -> None:
    """Nothing is before the first one, nor before one that never served."""
    found = Lineage((NAMES["a"], NAMES["b"]))
    assert found.before(NAMES["b"]) == (NAMES["a"],)
    assert found.before(NAMES["a"]) == found.before(NAMES["c"]) == ()
