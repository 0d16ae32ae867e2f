"""What a rehearsal must not leave behind: files, and with Docker what it started."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no impatient Ctrl-C leave half of it behind."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def begin_removal(home: Path, kept: tuple[str, ...]) -> subprocess.Popen[bytes]:
    """Move all but what is kept out of the way, and begin to remove it."""
    # Not named for the home: what works for that is about to be killed.
    trash = Path(mkdtemp(prefix="mangetamain-removed-", dir=home.parent))
    for entry in home.iterdir():
        if entry.name not in kept:
            entry.rename(trash / entry.name)
    if not kept:
        with suppress(OSError):  # Something was begun in it meanwhile.
            home.rmdir()
    return subprocess.Popen(("rm", "-rf", "--", trash), start_new_session=True)


def remove_project(project: str, image: str) -> None:
    """Remove a Compose project's containers, its networks, and its name of an image.

    The image itself stays, tagged by what defines it: the next run finds it.
    """
    label = f"label=com.docker.compose.project={project}"
    for kind, remove in (("ps", ("rm", "--force")), ("network", ("network", "rm"))):
        listing = ("ps", "--all") if kind == "ps" else ("network", "ls")
        found = _run(*listing, "--quiet", "--filter", label).split()
        if found:
            _run(*remove, *sorted(set(found)))
    _run("image", "rm", image)


def _run(*arguments: str) -> str:
    argv = ("docker", *arguments)
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout
