"""The standard streams, so that no character stops a script."""

import io
import sys


def accept_every_character() -> None:
    r"""Let the standard streams take and give what their encoding cannot hold.

    A terminal without UTF-8 shows an emoji as ``\U0001f680``; half a surrogate pair,
    which no encoding holds, is shown that way everywhere.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
