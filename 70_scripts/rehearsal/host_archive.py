"""The slice of this host as an archive that an engine imports.

Owns the reading of the host's files; which they are is `host_slice`'s choice.
"""

import os
import tarfile
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

from rehearsal import host_slice
from rehearsal.host_slice import Interpreter

Runner = Callable[..., bytes]


def archive_of(python: Interpreter, run: Runner) -> bytes:
    """Return the archive of an image with this interpreter.

    Args:
        python: the interpreter.
        run: runs a command; ``accepted`` names the exit codes that are no error.
    """
    return _archive(_contents(python, run), host_slice.links(python))


def _contents(python: Interpreter, run: Runner) -> dict[str, Path]:
    packaged = run(["dpkg", "-L", *host_slice.PACKAGES]).decode().splitlines()
    programs = [path for path in packaged if "/bin/" in path and os.path.isfile(path)]
    modules = map(str, python.library.glob("lib-dynload/*.so"))
    # ldd exits 1 when one of them is a script, and still lists the others.
    listing = run(["ldd", *programs, *modules], accepted=(0, 1)).decode()
    linked = host_slice.linked_libraries(listing)
    return {
        **dict(host_slice.host_files([*packaged, *linked])),
        **dict(host_slice.interpreter_files(python)),
        host_slice.CA_BUNDLE.lstrip("/"): host_slice.bundle(),
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
