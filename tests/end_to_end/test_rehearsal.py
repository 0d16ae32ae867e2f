"""The rehearsal as a new user starts it: a fresh clone, an empty home."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pipeline.effects.account import cache_folder
from noxfile import no_engine
from rehearsal.stories.registry import STORIES

from tests.checkout import ROOT, clone_into

LONGEST = 720.0  # Seconds; only a rehearsal that hangs takes so long.
NOTICES = (
    "✅ PREPROD - Validated",
    "↩️ PREPROD - Rolled back",
    "⛔ PROD - Refused",
    "🎯 PRODUCTION - Deployment successful",
    "↩️ PROD - Rolled back",
    "↩️ PROD - Rolled back by hand",
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a clone of this repository as it stands."""
    return clone_into(tmp_path_factory.mktemp("rehearsal") / "clone")


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """Give a clone and a home of uid 1001, where root's folders cannot be read."""
    with TemporaryDirectory(dir="/tmp") as folder:
        place = Path(folder)
        clone_into(place / "clone")
        (place / "home").mkdir()
        if os.geteuid() == 0:
            owner = ("chown", "--recursive", "1001:1001", folder)
            subprocess.run(owner, check=True)
        yield place


def rehearse(
    clone: Path,
    home: Path,
    *options: str,
    prefix: tuple[str, ...] = (),
    **variables: str,
) -> str:
    """Run the rehearsal to its end, which must be a good one; return its screen."""
    home.mkdir(exist_ok=True)
    dropped = {"UV_CACHE_DIR", "VIRTUAL_ENV", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    done = subprocess.run(
        (*prefix, "70_scripts/run", "rehearse", *options),
        cwd=clone,
        env={**kept, "HOME": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def check(screen: str) -> None:
    """Assert what every rehearsal must show, and that it left nothing running."""
    assert re.search(r"curl \S+/_stcore/health shows [0-9a-f]{7}", screen)
    assert re.search(r"CI passed: [0-9a-f]{7} is validated", screen)
    assert re.search(r"CI failed: preprod serves [0-9a-f]{7} again", screen)
    assert re.search(r"ratio: \d+\.\d\d", screen)
    assert re.search(r"^✓ \d+ s", screen, re.MULTILINE)
    for notice in NOTICES:
        assert notice in screen
    assert_nothing_is_left(screen)


def assert_nothing_is_left(screen: str) -> None:
    """Assert that no process of the rehearsal is left running."""
    home = re.search(r"The rehearsal plays in (\S+)", screen)
    assert home
    left = [
        process.name
        for process in Path("/proc").glob("[0-9]*")
        if home[1].encode() in _command(process)
    ]
    assert left == []


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.rehearsal
@pytest.mark.timeout(900)
def test_it_works_the_first_time_and_the_second(clone: Path, tmp_path: Path) -> None:
    """From an empty home it ends well, and so does a second run, on the real engine.

    That one's containers tell the same story, and none of them stays.
    """
    check(rehearse(clone, tmp_path / "home"))
    if reason := no_engine():
        pytest.skip(f"the second run: {reason}")
    cache = str(cache_folder())  # The images' layers are those of other tests.
    check(rehearse(clone, tmp_path / "home", "--docker", XDG_CACHE_HOME=cache))
    listed = ("docker", "ps", "--all", "--quiet", "--filter", "name=rehearsal")
    assert subprocess.run(listed, capture_output=True, check=True).stdout == b""


@pytest.mark.act
@pytest.mark.rehearsal
@pytest.mark.timeout(900)
def test_the_runners_user_and_python_are_enough(ordinary: Path) -> None:
    """The workflows run as uid 1001, with UV_PYTHON exported as setup-uv does."""
    home, settings = ordinary / "home", {"UV_PYTHON": "3.13.7"}
    if os.geteuid() == 0:
        settings |= {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYENV_ROOT": str(home)}
    as_user = ("setpriv", "--reuid=1001", "--regid=1001", "--clear-groups")
    prefix = as_user if os.geteuid() == 0 else ()
    check(rehearse(ordinary / "clone", home, prefix=prefix, **settings))


@pytest.mark.rehearsal
@pytest.mark.story
@pytest.mark.timeout(900)
@pytest.mark.parametrize("fault", STORIES)
def test_a_rehearsed_fault_ends_as_promised(clone: Path, fault: str) -> None:
    """Each fault is played to its promised end, told as it was, nothing left over."""
    screen = rehearse(clone, clone.parent / "home", "--fault", fault)
    assert f"{fault}: {STORIES[fault].promise}" in screen
    assert "Timeline" in screen and "Notices, as Discord shows them" in screen
    assert_nothing_is_left(screen)


def test_an_unknown_fault_is_refused_with_the_names() -> None:
    """A name that does not exist ends with exit code 2 and all that do."""
    argv = (sys.executable, ROOT / "70_scripts" / "rehearse.py", "--fault", "flood")
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(name in done.stderr for name in STORIES)
