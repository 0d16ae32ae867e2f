"""A local base image, for machines that cannot reach a registry of images.

Owns its making: it collects the slice of the host and imports it into the engine. The
image stands in for `python:3.13.7-slim` in rehearsals and tests only. Python 3.13 is
preferred, as the tag says; without it, the interpreter that runs this goes in.
"""

import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

from rehearsal import host_slice
from rehearsal.host_slice import Interpreter

TAG = "mangetamain-local-base:3.13"
_DEADLINE = 120  # seconds, for each command


class BaseImageError(Exception):
    """The base image could not be made; the text says what to do."""


def ensure_base_image(tag: str = TAG, docker: str = "docker") -> str:
    """Make the base image unless the engine has it, and return its tag.

    Raises:
        BaseImageError: The engine does not answer, or this host lacks what is needed.
    """
    if not _run([docker, "image", "ls", "--quiet", tag]).strip():
        python = choose(interpreters())
        archive = _archive(_contents(python), host_slice.links(python))
        _run(import_command(docker, tag), archive)
    return tag


def import_command(docker: str, tag: str) -> list[str]:
    """Return the command that makes an image of the archive on its standard input."""
    settings = (f"{name}={value}" for name, value in host_slice.ENVIRONMENT.items())
    return [docker, "import", "--change", f"ENV {' '.join(settings)}", "-", tag]


def interpreters() -> Iterator[Interpreter]:
    """Yield this host's candidates, the best first."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for prefix in sorted(root.glob("versions/3.13.*"), reverse=True):
        yield Interpreter(prefix, "3.13")
    major, minor = sys.version_info[:2]
    yield Interpreter(Path(sys.base_prefix), f"{major}.{minor}")


def choose(candidates: Iterable[Interpreter]) -> Interpreter:
    """Return the first candidate that has pip."""
    tried = tuple(candidates)
    for python in tried:
        if python.has_pip:
            return python
    raise BaseImageError(
        f"no CPython with pip under {', '.join(str(each.prefix) for each in tried)};"
        " install 3.13 with pyenv, or load the image python:3.13.7-slim and use that"
    )


def _contents(python: Interpreter) -> dict[str, Path]:
    packaged = _run(["dpkg", "-L", *host_slice.PACKAGES]).decode().splitlines()
    programs = [path for path in packaged if "/bin/" in path and os.path.isfile(path)]
    modules = map(str, python.library.glob("lib-dynload/*.so"))
    # ldd exits 1 when one of them is a script, and still lists the others.
    listing = _run(["ldd", *programs, *modules], accepted=(0, 1)).decode()
    linked = host_slice.linked_libraries(listing)
    bundle = Path(os.environ.get("SSL_CERT_FILE", host_slice.CA_BUNDLE))
    return {
        **dict(host_slice.host_files([*packaged, *linked])),
        **dict(host_slice.interpreter_files(python)),
        host_slice.CA_BUNDLE.lstrip("/"): bundle.resolve(),
    }


def _archive(contents: Mapping[str, Path], links: Mapping[str, str]) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in _directories([*contents, *host_slice.TEXTS]):
            archive.addfile(_entry(name, tarfile.DIRTYPE))
        archive.addfile(_entry("tmp", tarfile.DIRTYPE, mode=0o1777))
        for name, target in links.items():
            archive.addfile(_entry(name, tarfile.SYMTYPE, target))
        for name in contents.keys() - links.keys():
            path = contents[name]
            _add(archive, name, path.read_bytes(), path.stat().st_mode)
        for name, text in host_slice.TEXTS.items():
            _add(archive, name, text.encode(), 0o755)
    return buffer.getvalue()


def _directories(names: Iterable[str]) -> list[str]:
    return sorted({str(up) for name in names for up in PurePosixPath(name).parents})


def _entry(
    name: str, kind: bytes, target: str = "", mode: int = 0o755
) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = kind, target, mode
    return entry


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = _entry(name, tarfile.REGTYPE, mode=(mode & 0o755) | 0o444)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))


def _run(
    command: Sequence[str], given: bytes = b"", accepted: Sequence[int] = (0,)
) -> bytes:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=_DEADLINE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BaseImageError(f"`{command[0]}` did not run: {error}") from error
    if done.returncode not in accepted:
        tried, seen = " ".join(command[:3]), done.stderr.decode(errors="replace")
        raise BaseImageError(
            f"`{tried}` exited with {done.returncode}: {seen.strip()}; this needs a"
            " Debian host with a running Docker engine"
        )
    return done.stdout
