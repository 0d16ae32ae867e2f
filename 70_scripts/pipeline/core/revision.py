"""What a person may type for a commit: a name or an id, never an option or a range."""

import re
from typing import Self

LONGEST = 200
# A name of a ref or (the beginning of) an id, and how many parents to go back.
FORM = re.compile(r"(?P<base>[0-9A-Za-z_][\w./+#-]*)(?P<suffix>(?:[~^]\d{0,4}){0,4})\Z")
NEVER = re.compile(r"\.\.|//|/\.|\.lock\b|[./]\Z")


class Revision(str):
    """Hold what may be passed to git as a name; a hostile text cannot become one."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the text.

        Raises:
            ValueError: it does not look like the name of one commit.
        """
        form = FORM.match(text) if len(text) <= LONGEST else None
        if form is None or NEVER.search(form["base"]):
            shown = ascii(text[:60])
            raise ValueError(f"{shown} is not a commit: give a SHA, a tag or a branch")
        return super().__new__(cls, text)

    @property
    def base(self) -> str:
        """Return the name without the parents to go back."""
        return self[: FORM.match(self).start("suffix")]  # type: ignore[union-attr]

    @property
    def suffix(self) -> str:
        """Return how to go back from there, as git writes it; mostly empty."""
        return self[len(self.base) :]
