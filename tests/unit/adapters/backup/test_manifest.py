"""A hostile manifest: sealed as it should be, and still believed in nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.adapters.backup.comparison import Differs
from pipeline.adapters.backup.entry import Entry, EntryKind
from pipeline.adapters.backup.manifest import Manifest, Tree, _seal, from_text, to_text

from tests.unit.specimens import A

FOLDER = Entry("", EntryKind.FOLDER, 0o755, 0, 0, 5)
FILE = Entry("a", EntryKind.FILE, 0o644, 0, 0, 5, 3, "0" * 64)
LINK = Entry("l", EntryKind.LINK, 0o777, 0, 0, 5, target="/etc")
GOOD = Manifest("prod", A, "", 1.5, (Tree("data", (FOLDER, FILE, LINK)),), (FOLDER,))

Edit = Callable[[dict[str, Any]], object]


def sealed(edit: Edit) -> str:
    """Return the good manifest, edited, under a seal that fits."""
    content = json.loads(to_text(GOOD))["content"]
    edit(content)
    return json.dumps({"seal": _seal(content), "content": content})


def entries(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of the one tree."""
    found: list[dict[str, Any]] = content["data"][0]["entries"]
    return found


def path(value: object) -> Edit:
    """Return an edit of a file's path."""
    return lambda content: entries(content)[1].update(path=value)


def value(name: str, value: object) -> Edit:
    """Return an edit of a file's other fact."""
    return lambda content: entries(content)[1].update({name: value})


def below_a_link(content: dict[str, Any]) -> None:
    """Put a file below a link."""
    entries(content).append({**entries(content)[1], "path": "l/passwd"})


HOSTILE: dict[str, Edit] = {
    "upwards": path("../outside"),
    "upwards inside": path("a/../../outside"),
    "absolute": path("/etc/passwd"),
    "only dots": path(".."),
    "itself": path("."),
    "empty twice": path(""),
    "empty part": path("a//b"),
    "trailing slash": path("a/"),
    "below nothing": path("none/a"),
    "below a file": lambda c: entries(c).append({**entries(c)[1], "path": "a/b"}),
    "below a link": below_a_link,
    "the same twice": lambda c: entries(c).append(entries(c)[1]),
    "no top": lambda c: entries(c).pop(0),
    "NUL": path("a\0b"),
    "path of a wrong kind": path(7),
    "unknown kind": value("kind", "device"),
    "mode too large": value("mode", 0o10000),
    "mode negative": value("mode", -1),
    "mode as text": value("mode", "0644"),
    "mode as truth": value("mode", True),
    "owner too large": value("uid", 2**40),
    "time too large": value("mtime", 2**70),
    "unknown field": value("setuid", 1),
    "bad SHA": lambda c: c.update(sha="../x"),
    "other version": lambda c: c.update(version=2),
    "no version": lambda c: c.pop("version"),
    "no data": lambda c: c.update(data=None),
    "name of a wrong kind": lambda c: c["data"][0].update(name=["x"]),
    "kept upwards": lambda c: c["kept"].append({**entries(c)[1], "path": "../x"}),
}


@pytest.mark.parametrize("edit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_manifest_is_refused(edit: Edit) -> None:
    """A path that leads out, or anything that no backup of ours says, is refused."""
    with pytest.raises(Differs):
        from_text(sealed(edit))


def test_manifest_comes_back() -> None:
    """What is written is what is read."""
    assert from_text(to_text(GOOD)) == GOOD == from_text(sealed(lambda content: None))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"seal": 1, "content": {}}'])
def test_what_is_no_manifest(text: str) -> None:
    """Anything else than a manifest is damaged, not a bug."""
    with pytest.raises(Differs):
        from_text(text)


@given(some.data())
def test_any_changed_character_is_noticed(data: some.DataObject) -> None:
    """Whichever character of the content is changed, the seal does not fit."""
    text = to_text(GOOD)
    place = data.draw(some.integers(0, len(text) - 1))
    other = data.draw(some.sampled_from('0a"}{: \n'))
    changed = text[:place] + other + text[place + 1 :]
    try:
        assert from_text(changed) == GOOD
    except Differs:
        pass
