"""Every commit that a history may push, made once: real, and known by heart.

A commit is named by its way from the root: one step per commit, each step a letter for
how the version behaves and a digit that tells siblings apart (``g0 u0``). So the tests
know the ancestry of all commits without asking what they test.
"""

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from pipeline.core.sha import Sha

BEHAVIOURS = {"g": "healthy", "u": "never healthy", "e": "exits"}
STEPS = tuple("".join(pair) for pair in product(BEHAVIOURS, "012"))
DEPTH = 4
BRANCH = "refs/heads/main"
NOBODY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
# What somebody commits by hand has the same SHA in both plays of a history.
ALWAYS = {
    "GIT_AUTHOR_DATE": "@1700000000 +0000",
    "GIT_COMMITTER_DATE": "@1700000000 +0000",
}
# Written by hand, for fast-import: a fixed date makes the SHAs the same everywhere.
COMMIT = """commit refs/heads/pool
mark :{mark}
committer Ada <ada@example.invalid> 1700000000 +0000
data {size}
{subject}{parent}
M 100644 inline behaviour.txt
data {length}
{behaviour}
M 100644 inline version.txt
data {size}
{subject}
"""

Way = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """The commits; ``origin`` holds their objects and no branch."""

    origin: Path
    shas: dict[Way, Sha]
    ways: dict[Sha, Way]

    def is_older(self, older: Sha, newer: Sha) -> bool:
        """Tell whether a commit is in the history of another one."""
        above, below = self.ways[older], self.ways[newer]
        return len(above) < len(below) and below[: len(above)] == above

    def is_good(self, sha: Sha) -> bool:
        """Tell whether a commit's version becomes healthy."""
        way = self.ways[sha]
        return not way or way[-1][0] == "g"


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """Run git in a folder and return what it printed."""
    done = subprocess.run(
        ("git", "-C", str(folder), *arguments),
        check=True,
        capture_output=True,
        input=stdin,
        env={**os.environ, **NOBODY, **ALWAYS},
    )
    return done.stdout.decode().rstrip("\n")


@cache
def all_ways() -> tuple[Way, ...]:
    """Return every way, parents first."""
    return tuple(
        way for length in range(DEPTH + 1) for way in product(STEPS, repeat=length)
    )


def make_pool(folder: Path) -> Pool:
    """Write all commits into a bare repository below ``folder``."""
    origin = folder / "pool.git"
    git(folder, "init", "--quiet", "--bare", "--template=", str(origin))
    marks = {way: number for number, way in enumerate(all_ways(), 1)}
    stream = "".join(_commit(way, marks) for way in marks)
    file = folder / "marks"
    git(
        origin,
        "fast-import",
        "--quiet",
        f"--export-marks={file}",
        stdin=stream.encode(),
    )
    written = dict(line.split() for line in file.read_text().splitlines())
    shas = {way: Sha(written[f":{mark}"]) for way, mark in marks.items()}
    git(origin, "update-ref", "-d", "refs/heads/pool")
    return Pool(origin, shas, {sha: way for way, sha in shas.items()})


def _commit(way: Way, marks: dict[Way, int]) -> str:
    subject = " ".join(way) or "root"
    behaviour = BEHAVIOURS[way[-1][0]] if way else BEHAVIOURS["g"]
    parent = f"\nfrom :{marks[way[:-1]]}" if way else ""
    return COMMIT.format(
        mark=marks[way],
        size=len(subject),
        subject=subject,
        parent=parent,
        length=len(behaviour),
        behaviour=behaviour,
    )
