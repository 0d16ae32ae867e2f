"""How long GitHub wants to be left alone, read from an answer's headers.

Both clocks may be wrong: moments are compared with GitHub's own ``Date``. What the
headers hold is never believed beyond a window of GitHub's limits, which is an hour.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LEAST_PAUSE = 60.0
WINDOW = 3600.0
LONGEST_NUMBER = 20  # characters
REFUSALS = (403, 429)


def pause_of(status: int, headers: Mapping[str, str], now: float) -> float:
    """Return the seconds that an answer asks to wait before the next request.

    Args:
        status: of the answer.
        headers: of the answer; names in lower case are found.
        now: our own time, for where GitHub does not say what time it is.
    """
    is_refused = status in REFUSALS
    date = _moment(headers.get("date", ""))
    now = now if date is None else date
    if (asked := headers.get("retry-after")) is not None:
        wait = _duration(asked, now)
        if wait is not None:
            return wait
        is_refused = True
    if headers.get("x-ratelimit-remaining") == "0":
        wait = seconds_to_reset(headers, now)
        if wait is not None:
            return wait
        is_refused = True
    return LEAST_PAUSE if is_refused else 0.0


def seconds_to_reset(headers: Mapping[str, str], now: float) -> float | None:
    """Return when GitHub's window ends, in seconds from now; None if it is unknown."""
    date = _moment(headers.get("date", ""))
    reset = _number(headers.get("x-ratelimit-reset", ""))
    return None if reset is None else _bounded(reset - (now if date is None else date))


def remaining(headers: Mapping[str, str]) -> int | None:
    """Return how many requests are left in this window, None if it is not said."""
    left = _number(headers.get("x-ratelimit-remaining", ""))
    return None if left is None else int(left)


def _duration(text: str, now: float) -> float | None:
    seconds = _number(text)
    if seconds is not None:
        return _bounded(seconds)
    moment = _moment(text)
    return None if moment is None else _bounded(moment - now)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), WINDOW)


def _number(text: str) -> float | None:
    try:
        number = float(text) if len(text) <= LONGEST_NUMBER else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _moment(text: str) -> float | None:
    """Return an HTTP date in seconds since the epoch, None if it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
