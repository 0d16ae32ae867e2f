"""The sign of life to a monitor elsewhere, which alerts when it stops coming."""

from pipeline.effects.http import Http, Unreachable

TIMEOUT = 5.0


def beat(http: Http, url: str) -> str:
    """Give the sign; return what went wrong, empty if nothing.

    Whoever knows the address can give the sign: it appears in no text.
    """
    try:
        answer = http.ask("GET", url, timeout=TIMEOUT)
    except Unreachable as error:
        return f"the heartbeat did not arrive: {error}"
    return "" if answer.is_success else f"the heartbeat got HTTP {answer.status}"
