"""Serve a private copy of the app that a worktree holds, and say which commit it is.

Owns the step from a mounted worktree to a running Streamlit: copy, version, exec. It is
the container's entry point and starts the app on a host without Docker. It refuses to
serve the worktree itself, so that a later `git reset` never changes what is running.
Standard library only, so that any interpreter that has Streamlit can run it.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "mangetamain_analytics"
ENVIRONMENTS = ("preprod", "prod", "development")
USAGE, TIMED_OUT = 2, 4
ATTEMPTS = 20
PAUSE = 0.25  # seconds
EXAMPLE = (
    "example: python serve.py --tree /app/tree --head /app/head/HEAD"
    " --environment preprod --port 8501 --address 0.0.0.0"
)


class CannotServe(Exception):
    """The app cannot be served; carries the process's exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        """Say what was seen and what to do."""
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What identifies a worktree's state while git may be changing it."""

    sha: str
    index: tuple[int, int]
    is_being_changed: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Copy the app and become Streamlit; return an exit code only on failure."""
    options = _parser().parse_args(argv)
    try:
        source = _source(options.tree)
        target = Path(options.copy_to or tempfile.mkdtemp(prefix="mangetamain-"))
        sha = copy_settled(source, target / PACKAGE, options.head)
    except CannotServe as failure:
        print(f"serve.py: {failure}", file=sys.stderr)
        return failure.exit_code
    os.environ.update(APP_SHA=sha, APP_ENVIRONMENT=options.environment)
    if options.s3_file:
        os.environ["APP_S3_FILE"] = str(options.s3_file)
    print(f"==> {options.environment}: serving {sha[:7]}", flush=True)
    command = streamlit_command(target / PACKAGE, options.address, options.port)
    os.execv(command[0], command)


def copy_settled(source: Path, target: Path, head: Path) -> str:
    """Copy the source while git leaves it alone, and return its commit.

    `git reset` rewrites the files first and HEAD last, under a lock on the index: only
    a copy during which nothing of this moved counts.

    Raises:
        CannotServe: HEAD is not readable, or the worktree never came to rest.
    """
    for is_last in _attempts():
        before = snapshot(head)
        # A lock that outlasts every attempt was left behind by a killed git.
        if before.is_being_changed and not is_last:
            continue
        failure = _copy(source, target)
        if snapshot(head) != before:
            continue
        if failure:
            raise CannotServe(f"cannot copy {source} to {target}: {failure}", USAGE)
        return before.sha
    raise CannotServe(
        f"{source} kept changing for {ATTEMPTS * PAUSE:.0f} s; is a git command"
        " running there? Start again when it has finished.",
        TIMED_OUT,
    )


def snapshot(head: Path) -> Snapshot:
    """Return the state of the worktree that this HEAD file belongs to."""
    try:
        text = head.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise CannotServe(
            f"cannot read --head {head}: {error.strerror}", USAGE
        ) from error
    index = head.with_name("index")
    seen = index.stat() if index.exists() else None
    return Snapshot(
        sha=text if re.fullmatch(r"[0-9a-f]{40}", text) else "unknown",
        index=(seen.st_ino, seen.st_mtime_ns) if seen else (0, 0),
        is_being_changed=head.with_name("index.lock").exists(),
    )


def streamlit_command(package: Path, address: str, port: int) -> list[str]:
    """Return the command that serves the package with this interpreter."""
    return [
        *(sys.executable, "-m", "streamlit", "run", str(package / "asgi.py")),
        f"--server.address={address}",
        f"--server.port={port}",
        "--server.headless=true",
        "--server.scriptHealthCheckEnabled=true",
        "--server.fileWatcherType=none",
        # Otherwise the start waits for a look-up of this machine's public address.
        "--browser.serverAddress=localhost",
        "--browser.gatherUsageStats=false",
    ]


def _attempts() -> Iterator[bool]:
    for attempt in range(1, ATTEMPTS + 1):
        yield attempt == ATTEMPTS
        time.sleep(PAUSE)


def _copy(source: Path, target: Path) -> OSError | None:
    try:
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        return error
    return None


def _source(tree: Path) -> Path:
    source = tree / "10_preprod" / "src" / PACKAGE
    entry = source / "asgi.py"
    if not os.access(entry, os.R_OK):
        raise CannotServe(
            f"--tree {tree} holds no app that user {os.getuid()} can read: look at"
            f" {entry} (git writes world-readable files under umask 022)",
            USAGE,
        )
    return source


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="serve.py", description=__doc__.splitlines()[0], epilog=EXAMPLE
    )
    add = parser.add_argument
    add("--tree", type=Path, required=True, help="worktree of the repository")
    add("--head", type=Path, required=True, help="HEAD file of that worktree")
    add("--environment", choices=ENVIRONMENTS, required=True)
    add("--port", type=_port, required=True)
    add("--address", default="127.0.0.1", help="address to listen on")
    add("--s3-file", type=Path, help="settings of the S3 that holds the data")
    add("--copy-to", type=Path, help="directory for the copy, one for each process")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError(f"{port} is not a port")
    return port


if __name__ == "__main__":
    sys.exit(main())
