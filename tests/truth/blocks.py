"""The commands that the documentation shows, and the marks that say where they run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A fence without a language may be anything, so it counts as one for a shell.
SHELL = {"", "bash", "sh", "shell", "console"}
WAYS = ("clone", "vm", "new vm", "docs", "rehearsal", "suite", "app")
MARK = re.compile(r"^<!-- run: (?P<way>[a-z ]+) -->$")
FENCE = re.compile(r"^(?P<fence>```+|~~~+)(?P<language>.*)$")
CELL = re.compile(r"`((?:[^`\\]|\\.)+)` \|$")


@dataclass(frozen=True, slots=True)
class Block:
    """Commands that are shown together; ``way`` is empty where nothing says it."""

    file: str
    line: int
    way: str
    commands: str

    @property
    def name(self) -> str:
        """Return where it stands."""
        return f"{self.file}:{self.line}"


def pages(root: Path = ROOT) -> list[Path]:
    """Return the files that show commands to people."""
    folder = root / "90_doc"
    own = [p for p in sorted(folder.rglob("*.md")) if "generated" not in p.parts]
    top = [*sorted(root.glob("*.md")), root / "20_prod/README.md"]
    return [*top, *(p for p in own if "build" not in p.parts)]


def blocks(root: Path = ROOT) -> list[Block]:
    """Return every block of commands of every page; a row of a table is one too."""
    return [
        block
        for page in pages(root)
        for block in blocks_of(str(page.relative_to(root)), page.read_text())
    ]


def blocks_of(file: str, text: str) -> Iterator[Block]:
    """Yield the blocks of one page."""
    lines = text.splitlines()
    mark, number = "", 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if found := MARK.match(line):
            mark = found["way"]
        elif found := FENCE.match(line):
            start = number
            while number < len(lines) and lines[number].strip() != found["fence"]:
                number += 1
            if found["language"].strip() in SHELL:
                yield Block(file, start, mark, "\n".join(lines[start:number]))
            mark, number = "", number + 1
        elif mark and (cell := CELL.search(line)):
            yield Block(file, number, mark, cell[1].replace("\\|", "|"))
        elif not line.startswith("|"):
            mark = ""
