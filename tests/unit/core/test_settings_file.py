"""Lines of NAME=VALUE: what people and their editors write, and nothing else."""

import pytest
from pipeline.core.settings_file import Unreadable, parse_settings

NAME = "TOKEN"
UNSEEN = "\u200b\u00a0\ufeff"


@pytest.mark.parametrize(
    "line",
    [
        "TOKEN=value",
        "TOKEN = value ",
        "export TOKEN=value",
        "export\tTOKEN='value'",
        'TOKEN="value"',
        "TOKEN=value      # fine-grained, this repository only: see below",
        "TOKEN='value' # with a comment",
        "TOKEN=value\r",
        "\ufeffTOKEN=value",
        f"{UNSEEN}TOKEN{UNSEEN}={UNSEEN}value{UNSEEN}",
        f"TOKEN='{UNSEEN}value{UNSEEN}'{UNSEEN}#x",
        "# comment\n\n  # another\nTOKEN=value\n",
        "TOKEN=value\nTOKEN=value",
        "OTHER=a\nOTHER=b\nTOKEN=value",
    ],
)
def test_what_is_meant_is_read(line: str) -> None:
    """Comments, quotes, blanks seen and unseen are no part of a value."""
    assert parse_settings(line.encode(), {NAME})[NAME].value == "value"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("TOKEN=a=b#c", "a=b#c"),
        ("TOKEN='a # b'", "a # b"),
        ("TOKEN=", ""),
        ("TOKEN=  # none yet", ""),
        ("TOKEN=''", ""),
    ],
)
def test_what_belongs_to_a_value_stays(line: str, value: str) -> None:
    """A hash inside a word or inside quotes begins no comment."""
    assert parse_settings(line.encode(), {NAME})[NAME].value == value


@pytest.mark.parametrize(
    "line",
    [
        b"s3cret",
        b"TO KEN=s3cret",
        b"=s3cret",
        b"TOKEN='s3cret",
        b"TOKEN='s3cret' more",
        b"TOKEN=\"s3cret'",
        b"TOKEN=s3cret\nTOKEN=s3cret2",
        b"TOKEN=s3cret\xff",
        "TOKEN=s3cret\n".encode("utf-16"),
    ],
)
def test_what_is_unclear_is_refused_by_its_line(line: bytes) -> None:
    """The line is named, and nothing of it is quoted."""
    with pytest.raises(Unreadable) as caught:
        parse_settings(b"# first\n" + line, {NAME})
    assert caught.value.line >= 2 and "s3cret" not in str(caught.value)
