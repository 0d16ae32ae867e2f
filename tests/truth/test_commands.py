"""Every command that the documentation shows is run, and does what is said of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline.adapters.uv import uv
from rehearsal.github.runs import Run

from tests.checks.conftest import leave_quick_tests
from tests.needs import need_what_was_typed
from tests.sandbox.vm import CACHE
from tests.truth.blocks import ROOT, WAYS, Block, blocks, blocks_of
from tests.truth.stage import Stage

BLOCKS = blocks()
TYPED = [block for block in BLOCKS if block.way in ("clone", "vm", "new vm")]
DOCUMENT = "# A\n\n{}```bash\nls\n```\n"
PATIENCE = 90.0
SHORTENED = {
    "-m pytest": "--collect-only -q",
    "tests.history guards": "'marks what was taken'",
}
PLAYED = {"rehearse": "tests/end_to_end", "faults": "tests/faults, whose table it is"}


def test_every_block_of_commands_says_where_it_runs() -> None:
    """None is unmarked, and no mark is one that no test knows."""
    assert [block.name for block in BLOCKS if block.way not in WAYS] == []
    assert len(BLOCKS) > 25


def test_nothing_is_put_back_in_passing() -> None:
    """Whoever pastes a block that makes a backup does not restore one with it."""
    both = [
        block.name
        for block in BLOCKS
        if "backup create" in block.commands and "restore" in block.commands
    ]
    assert both == []


@pytest.mark.parametrize("language", ["", "bash", "sh", "console"])
def test_an_unmarked_block_is_seen(language: str) -> None:
    """A mark counts for the next block alone, and only right before it."""
    fence = f"```{language}\nls\n```\n"
    mark = "<!-- run: vm -->\n"
    ways = [
        b.way for b in blocks_of("x.md", mark + fence + fence + mark + "\n" + fence)
    ]
    assert ways == ["vm", "", ""]
    assert list(blocks_of("x.md", "```text\nls\n```\n")) == []


def test_rows_of_a_marked_table_are_blocks() -> None:
    """The last cell of each row is a command, whatever else is in the row."""
    table = (
        "<!-- run: vm -->\n| I | type |\n|---|---|\n| `a` | `b \\| c` |\n\n| `d` |\n"
    )
    assert [block.commands for block in blocks_of("x.md", table)] == ["b | c"]


@pytest.mark.act
@pytest.mark.slow
@pytest.mark.parametrize("block", TYPED, ids=lambda block: str(block.name))
def test_commands_do_what_they_say(stage: Stage, block: Block) -> None:
    """Typed as shown, each block of commands ends with 0, and its promise holds."""
    started = len(stage.world.github.ledger.runs())
    done = stage.type(block)
    need_what_was_typed(done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    how = block.way
    if block.commands.startswith("gh "):
        run = _newest(stage, started)
        assert run.conclusion == "success", stage.world.told()
        how = "clone, the real gh, the workflow by act"
    if "rollback prod" in block.commands or "rollback.yml" in block.commands:
        assert stage.world.vm.serving(stage.world.vm.prod_port) == stage.older
    if "to_prod" in block.commands or "cd-prod" in block.commands:
        vm = stage.world.vm
        assert vm.serving(vm.prod_port) == vm.validated() != stage.newer
    if "--install-hooks" in block.commands:
        for hook in ("commit-msg", "pre-push"):  # Other blocks' commits are the test's.
            (stage.world.vm.clone / ".git/hooks" / hook).unlink()
    print(f"\n{block.name:28} {how:8} {block.commands.splitlines()[0][:90]}")


def _newest(stage: Stage, started: int) -> Run:
    github = stage.world.github
    assert github.ledger.wait_until(
        lambda ledger: len(ledger.runs()) > started and ledger.runs()[0].is_completed,
        PATIENCE,
    )
    return github.runs()[0]


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.way == "rehearsal"],
    ids=lambda block: str(block.name),
)
def test_rehearsals_are_those_that_exist(block: Block) -> None:
    """The options shown are the script's own; what they do is played elsewhere."""
    for line in block.commands.splitlines():
        command = line.partition("#")[0].split()
        assert command[0] == "70_scripts/run" and command[1] in PLAYED
        argv = (*command[:2], "--help")
        known = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True).stdout
        options = [word for word in command if word.startswith("--")]
        assert known and all(option in known for option in options)
        print(f"\n{block.name:28} by {PLAYED[command[1]]}: {' '.join(command)}")


@pytest.mark.slow
@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if block.way == "suite"],
    ids=lambda block: str(block.name),
)
def test_suites_are_those_that_exist(block: Block) -> None:
    """What the suites run is only begun; everything else is run."""
    for line in block.commands.splitlines():
        command = line.partition(" # ")[0].strip()
        less = [more for words, more in SHORTENED.items() if words in command]
        typed = " ".join((command, *less))
        argv = ("bash", "-c", typed)
        done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        print(f"\n{block.name:28} checkout {typed}")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_app_is_checked_as_told(tmp_path: Path) -> None:
    """In a fresh copy with no more than uv, each command of the team's habit works."""
    (block,) = [block for block in BLOCKS if block.way == "app"]
    hidden = shutil.ignore_patterns(".venv", "__pycache__", "htmlcov", ".coverage")
    shutil.copytree(ROOT / "10_preprod", tmp_path / "10_preprod", ignore=hidden)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "uv").symlink_to(uv())
    (tools / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    # All of its tests are the check `app-tests`; here it is the commands that matter.
    leave_quick_tests(tmp_path / "10_preprod")
    own = {"HOME": str(tmp_path), "PATH": path, **CACHE}
    # With UV_PYTHON `uv pip` would install into that interpreter, not beside the app.
    dropped = ("UV_PYTHON", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")
    kept = {n: v for n, v in os.environ.items() if n not in dropped}
    done = subprocess.run(
        ("bash", "-euo", "pipefail", "-c", block.commands),
        cwd=tmp_path,
        env={**kept, **own},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Required test coverage of 90% reached" in done.stdout


@pytest.mark.slow
def test_the_pages_are_built_as_told(tmp_path: Path) -> None:
    """`make html` ends without a warning, from what git knows of alone."""
    (block,) = [block for block in BLOCKS if block.way == "docs"]
    argv = ("bash", "-c", block.commands)
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=600)
    need_what_was_typed(done.stderr)
    assert done.returncode == 0, done.stderr
    assert (ROOT / "90_doc/build/html/index.html").exists()
    print(f"\n{block.name:28} checkout {block.commands}")
