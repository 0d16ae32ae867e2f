"""The step from a worktree to a running app, without a container."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.docker.conftest import REPOSITORY

SHA, NEW_SHA = "a" * 40, "b" * 40


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return serve.py as a module that does not pause between attempts."""
    path = REPOSITORY / "30_docker" / "serve.py"
    spec = importlib.util.spec_from_file_location("serve", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "serve", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PAUSE", 0)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a worktree with an app of one file, and HEAD and index beside it."""
    package = tmp_path / "tree/10_preprod/src/mangetamain_analytics"
    package.mkdir(parents=True)
    (package / "asgi.py").write_text("old")
    (tmp_path / "HEAD").write_text(f"{SHA}\n")
    (tmp_path / "index").write_text("old")
    return tmp_path / "tree"


def arguments(worktree: Path, **changed: str) -> list[str]:
    """Return the command line that serves the worktree."""
    options = {
        "tree": str(worktree),
        "head": str(worktree.with_name("HEAD")),
        "environment": "preprod",
        "port": "18501",
        "copy-to": str(worktree.with_name("copy")),
    }
    given = {**options, **changed}
    return [f"--{name}={value}" for name, value in given.items()]


def test_the_process_becomes_streamlit(
    serve: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs the copy, with this interpreter, and knows its version and place."""
    started: list[list[str]] = []
    environ: dict[str, str] = {}
    monkeypatch.setattr(serve.os, "execv", lambda path, args: started.append(args))
    monkeypatch.setattr(serve.os, "environ", environ)
    serve.main(arguments(tree))
    copy = tree.with_name("copy") / "mangetamain_analytics" / "asgi.py"
    assert copy.read_text() == "old"
    assert started[0][:5] == [sys.executable, "-m", "streamlit", "run", str(copy)]
    assert {"--server.port=18501", "--server.address=127.0.0.1"} < set(started[0])
    assert environ == {"APP_SHA": SHA, "APP_ENVIRONMENT": "preprod"}


def test_the_file_with_the_settings_of_s3_is_named_and_not_read(
    serve: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment has the file's path, which need not exist, and no more."""
    environ: dict[str, str] = {}
    monkeypatch.setattr(serve.os, "execv", lambda path, args: None)
    monkeypatch.setattr(serve.os, "environ", environ)
    serve.main(arguments(tree, **{"s3-file": "/nowhere/s3.env"}))
    assert environ["APP_S3_FILE"] == "/nowhere/s3.env"


@pytest.mark.parametrize("head", ["ref: refs/heads/main", "", SHA[:39], "\xff" * 40])
def test_anything_but_a_detached_head_is_unknown(
    serve: ModuleType, tree: Path, head: str
) -> None:
    """No version is made up for a branch or for garbage."""
    file = tree.with_name("HEAD")
    file.write_text(head, encoding="latin-1")
    assert serve.snapshot(file).sha == "unknown"


@pytest.mark.parametrize("moved", ["HEAD", "index"])
def test_a_copy_from_a_moving_worktree_is_made_again(
    serve: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    """A reset during the copy ends with the new files under the new version."""
    source = next(tree.glob("10_preprod/src/*"))
    target = tree.with_name("copy")
    copy, copies = serve.shutil.copytree, []

    def reset_meanwhile(*args: object, **options: object) -> None:
        copies.append(copy(*args, **options))
        if len(copies) == 1:
            (source / "asgi.py").write_text("new")
            (tree.with_name(moved)).write_text(f"{NEW_SHA}\n")

    monkeypatch.setattr(serve.shutil, "copytree", reset_meanwhile)
    sha = serve.copy_settled(source, target, tree.with_name("HEAD"))
    assert (target / "asgi.py").read_text() == "new"
    assert (sha, len(copies)) == (NEW_SHA if moved == "HEAD" else SHA, 2)


def test_a_running_git_is_waited_for(
    serve: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is copied as long as git holds the index."""
    lock, pauses = tree.with_name("index.lock"), []
    lock.touch()

    def git_finishes(_: float) -> None:
        pauses.append(tree.with_name("copy").exists())
        lock.unlink(missing_ok=True)

    monkeypatch.setattr(serve.time, "sleep", git_finishes)
    serve.copy_settled(tree / "10_preprod", tree.with_name("copy"), tree / "../HEAD")
    assert pauses == [False]


def test_a_stale_lock_does_not_keep_the_app_down(serve: ModuleType, tree: Path) -> None:
    """What a killed git left behind delays the start, and does not prevent it."""
    tree.with_name("index.lock").touch()
    head = tree.with_name("HEAD")
    assert serve.copy_settled(tree, tree.with_name("copy"), head) == SHA


def test_a_worktree_that_never_rests_is_given_up(
    serve: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a bounded number of attempts it fails, and never serves a mixture."""
    head = tree.with_name("HEAD")
    copy, made = serve.shutil.copytree, []

    def reset_meanwhile(*args: object, **options: object) -> None:
        made.append(copy(*args, **options))
        head.write_text(f"{len(made):040x}")

    monkeypatch.setattr(serve.shutil, "copytree", reset_meanwhile)
    assert serve.main(arguments(tree)) == serve.TIMED_OUT
    assert len(made) == serve.ATTEMPTS


@pytest.mark.parametrize("option", ["tree", "head", "copy-to"])
def test_a_bad_path_is_named(
    serve: ModuleType, tree: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and a text that names the path."""
    bad = tree.with_name("index") / "inside"
    assert serve.main(arguments(tree, **{option: str(bad)})) == 2
    assert str(bad) in capsys.readouterr().err


@pytest.mark.parametrize(
    "changed",
    [{"port": "0"}, {"port": "99999"}, {"port": "x"}, {"environment": "../prod"}],
)
def test_bad_usage_is_refused(
    serve: ModuleType, tree: Path, changed: dict[str, str]
) -> None:
    """Exit code 2, before anything is copied."""
    with pytest.raises(SystemExit, match="2"):
        serve.main(arguments(tree, **changed))
    assert not tree.with_name("copy").exists()
