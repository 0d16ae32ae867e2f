"""Full commit ids, and nothing that only looks like one."""

import re
from typing import Self

FULL = re.compile(r"[0-9a-f]{40}\Z")


class Sha(str):
    """Hold a full, lower-case SHA-1 commit id; a wrong text cannot become one."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the text.

        Raises:
            ValueError: it is not 40 lower-case hexadecimal digits.
        """
        if not FULL.match(text):
            raise ValueError(f"{text[:60]!r} is not a full commit SHA (40 hex digits)")
        return super().__new__(cls, text)

    @property
    def short(self) -> str:
        """Return the seven characters that prose uses."""
        return self[:7]
