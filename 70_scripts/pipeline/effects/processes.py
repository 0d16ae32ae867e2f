"""The only place that starts processes.

A command is a list of arguments, never a shell line. What outlives its starter is
started with a clean environment: GitHub's runner kills, at the end of a job, every
process whose environment carries the job's RUNNER_TRACKING_ID.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from pipeline.core.log_tail import cause_in
from pipeline.effects.masking import masked
from pipeline.errors import ExpectedError

LAST_WORDS = 0.5
GUARD_MARGIN = 5.0  # seconds that the guard of an orphan waits beyond its timeout
SECRETS = ("DISCORD_WEBHOOK_URL", "PIPELINE_GITHUB_TOKEN", "HEARTBEAT_URL")
KEPT_VARIABLES = (
    "HOME PATH LANG LC_ALL TZ USER LOGNAME XDG_RUNTIME_DIR DOCKER_HOST DOCKER_CONFIG "
    "SSL_CERT_FILE SSL_CERT_DIR PIP_CERT REQUESTS_CA_BUNDLE UV_PYTHON UV_CACHE_DIR "
    "UV_PYTHON_DOWNLOADS HTTP_PROXY HTTPS_PROXY NO_PROXY "
    "http_proxy https_proxy no_proxy"
).split()


class CommandFailed(ExpectedError):
    """A command ended badly or not in time."""

    def __init__(self, argv: Sequence[str], code: int | None, output: str) -> None:
        """Keep what ran, its exit code (None: killed at its timeout) and its output."""
        how = "did not end in time" if code is None else f"exited with {code}"
        output = masked(output)
        tail = output.strip()[-2000:]
        super().__init__(
            f"`{masked(' '.join(argv))[:300]}` {how}" + (f":\n{tail}" if tail else "")
        )
        self.code = code
        self.output = output

    @property
    def cause(self) -> str:
        """Return the tool's own word for it; without one, how it ended."""
        return cause_in(self.output) or str(self).partition("\n")[0]

    @property
    def evidence(self) -> str:
        """Return what the command said."""
        return self.output


@dataclass(frozen=True, slots=True)
class Completed:
    """What a finished command printed."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Return standard output as text without the last newline."""
        return self.stdout.decode("utf-8", "replace").rstrip("\n")


_inherited: set[int] = set()


@contextmanager
def inherited(descriptor: int) -> Iterator[None]:
    """Let every command that ``run`` starts in the block hold the descriptor too.

    A kernel lock is then held until the last of them is gone, also where this process
    was killed. What is started detached never inherits.
    """
    _inherited.add(descriptor)
    try:
        yield
    finally:
        _inherited.discard(descriptor)


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    without: str | None = None,
    timeout: float = 60.0,
    allowed: Iterable[int] = (0,),
    show: Callable[[str], None] | None = None,
) -> Completed:
    """Run a command to its end; ``env`` is added to this process's environment.

    Variables of this process whose names start with ``without`` are not passed on: an
    empty text passes none. ``show`` is called with each line of both streams as it
    comes; they are one then.

    Raises:
        CommandFailed: it could not start, exited with a code that is not allowed,
            or was killed, with all its children, after ``timeout`` seconds.
    """
    variables = {**_own_environment(without), **(env or {})}
    process = _start(argv, cwd, variables, timeout, is_shown=show is not None)
    try:
        if show is None:
            stdout, stderr = process.communicate(timeout=timeout)
        else:
            stdout, stderr = _shown(process, timeout, show), b""
    except BaseException as error:
        text = _kill(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise CommandFailed(argv, None, text) from None
        raise
    if process.returncode not in allowed:
        both = (stdout + stderr).decode("utf-8", "replace")
        raise CommandFailed(argv, process.returncode, both)
    return Completed(process.returncode, stdout, stderr)


def _shown(
    process: "subprocess.Popen[bytes]", timeout: float, show: Callable[[str], None]
) -> bytes:
    """Wait for a command, showing each line as it comes; return all of them."""
    lines = list[bytes]()

    def read() -> None:
        with suppress(ValueError):  # It is closed where the command is killed.
            for line in process.stdout or ():
                lines.append(line)
                show(line.decode("utf-8", "replace").rstrip())

    reader = Thread(target=read, daemon=True)
    reader.start()
    process.wait(timeout)
    reader.join(LAST_WORDS)
    return b"".join(lines)


def _start(
    argv: Sequence[str],
    cwd: Path | None,
    env: Mapping[str, str],
    timeout: float,
    *,
    is_shown: bool,
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            _guarded(argv, timeout),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if is_shown else subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(_inherited),
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument.
        raise CommandFailed(argv, 127, str(error)) from error


def _own_environment(without: str | None) -> dict[str, str]:
    """Return what a command inherits: never the secrets, which are ours alone."""
    return {
        name: text
        for name, text in os.environ.items()
        if name not in SECRETS
        and not (without is not None and name.startswith(without))
    }


def _guarded(argv: Sequence[str], timeout: float) -> list[str]:
    """Bound a command that holds a lock, also where this process is killed."""
    guard = shutil.which("timeout") if _inherited else None
    if guard is None:
        return list(argv)
    return [guard, "-s", "KILL", f"{timeout + GUARD_MARGIN:.1f}", *argv]


def _kill(process: "subprocess.Popen[bytes]") -> str:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        stdout, stderr = process.communicate(timeout=LAST_WORDS)
        return (stdout if stderr is None else stderr).decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        # A child that left the group, as ssh's masters do, holds the pipes open.
        for pipe in filter(None, (process.stdout, process.stderr)):
            pipe.close()
        return ""


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the few variables that a long-lived process may inherit."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, **(extra or {})}


def spawn_detached(
    argv: Sequence[str], *, log: int, cwd: Path, env: Mapping[str, str] | None = None
) -> int:
    """Start a process that outlives this one and its job; return its pid.

    Args:
        argv: the command.
        log: an open file descriptor that takes its output.
        cwd: its working directory.
        env: added to the clean environment.

    Raises:
        CommandFailed: it could not start.
    """
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=clean_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument.
        raise CommandFailed(argv, 127, str(error)) from error
    # Its parent is about to end or does not care; nobody will wait for it here.
    process.returncode = 0
    return process.pid
