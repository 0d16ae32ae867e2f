"""Whatever GitHub's headers hold, the pause is theirs, and bounded."""

from email.utils import formatdate

import pytest
from pipeline.adapters.github_limits import pause_of, remaining, seconds_to_reset

from tests.unit.clock import EPOCH

HOUR = 3600.0


def headers(reset: float, date: float) -> dict[str, str]:
    """Return what GitHub says when nothing is left."""
    return {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": f"{reset:.0f}",
        "date": formatdate(date, usegmt=True),
    }


@pytest.mark.parametrize("off", [-HOUR, -60, 0, 60, HOUR, 10 * HOUR])
def test_our_own_clock_may_be_wrong(off: float) -> None:
    """The end of the window is compared with GitHub's own time."""
    said = headers(EPOCH + 90, EPOCH)
    assert pause_of(403, said, EPOCH + off) == 90
    assert seconds_to_reset(said, EPOCH + off) == 90


@pytest.mark.parametrize("off", [-HOUR, 0, HOUR])
def test_a_date_to_retry_at_is_read(off: float) -> None:
    """Retry-After may be a moment; it too is compared with GitHub's time."""
    said = {"retry-after": formatdate(EPOCH + 40, usegmt=True)}
    date = {"date": formatdate(EPOCH, usegmt=True)}
    assert pause_of(429, said | date, EPOCH + off) == 40


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("7", 7),
        ("7.5", 7.5),
        ("0", 0),
        ("1000000000", HOUR),
        ("1e9", HOUR),
        ("-7", 60),
        ("nan", 60),
        ("inf", 60),
        ("1e999", 60),
        ("soon", 60),
        ("", 60),
        ("9" * 5000, 60),
        ("Wed, 99 Xyz 2026 07:28:00 GMT", 60),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_what_is_no_pause_is_a_minute(asked: str, pause: float, status: int) -> None:
    """Absurd values are neither believed nor a reason to ask at once."""
    assert pause_of(status, {"retry-after": asked}, EPOCH) == pause


@pytest.mark.parametrize("reset", ["nan", "inf", "-1", "soon", "", "9" * 5000])
def test_what_is_no_end_is_a_minute(reset: str) -> None:
    """The same where the end of the window makes no sense."""
    said = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    assert pause_of(403, said, EPOCH) == 60
    assert pause_of(403, said | {"date": "yesterday"}, EPOCH) == 60


@pytest.mark.parametrize(
    ("text", "left"),
    [("60", 60), ("0", 0), ("many", None), ("", None), ("-1", None), ("²", None)],
)
def test_what_is_left(text: str, left: int | None) -> None:
    """A number of requests, or nothing that is known."""
    assert remaining({"x-ratelimit-remaining": text}) == left
