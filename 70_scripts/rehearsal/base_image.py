"""A local base image, for machines that cannot reach a registry of images.

Owns the choice of files: the slice of this Debian host that runs Python, pip and a
shell. It stands in for `python:3.13.7-slim` in rehearsals and tests, and refuses any
other use: a real deployment builds from the real image. Python 3.13 is preferred, as
the tag says; without it, the interpreter that runs this goes in.
"""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath

TAG = "mangetamain-local-base:3.13"
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_TOOLS = ("dash", "bash", "coreutils", "findutils", "grep", "sed")
_LIBRARIES = ("libc6", "libstdc++6", "libgcc-s1", "zlib1g")
_SKIPPED = re.compile(r"__pycache__|test|idlelib|turtledemo|tkinter|config-3.*")
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "SSL_CERT_FILE": CA_BUNDLE,
    "PIP_CERT": CA_BUNDLE,
}
_TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    # Written anew: the host's own scripts start with a path of the host.
    "usr/local/bin/pip": '#!/bin/sh\nexec python3 -m pip "$@"\n',
}


class BaseImageError(Exception):
    """The base image could not be made; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython that can be taken along."""

    prefix: Path
    version: str

    @property
    def library(self) -> Path:
        """Return the directory of the standard library."""
        return self.prefix / "lib" / f"python{self.version}"

    @property
    def shared(self) -> Path | None:
        """Return the shared libpython, which a static build does not have."""
        found = (self.prefix / "lib").glob(f"libpython{self.version}.so.*")
        return next(found, None)


def ensure_base_image(tag: str = TAG, docker: str = "docker") -> str:
    """Make the base image unless the engine has it, and return its tag.

    Raises:
        BaseImageError: The engine does not answer, or this host lacks what is needed.
    """
    if not _run([docker, "image", "ls", "--quiet", tag]).strip():
        python = choose(interpreters())
        files = {**dict(host_files(_needed(python))), **dict(python_files(python))}
        _run(import_command(docker, tag), _archive(files, links(python)))
    return tag


def import_command(docker: str, tag: str) -> list[str]:
    """Return the command that makes an image of the archive on its standard input."""
    settings = " ".join(f"{name}={value}" for name, value in _ENVIRONMENT.items())
    return [docker, "import", "--change", f"ENV {settings}", "-", tag]


def interpreters() -> Iterator[Interpreter]:
    """Yield this host's candidates, the best first."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for prefix in sorted(root.glob("versions/3.13.*"), reverse=True):
        yield Interpreter(prefix, "3.13")
    yield Interpreter(Path(sys.base_prefix), "{}.{}".format(*sys.version_info))


def choose(candidates: Iterable[Interpreter]) -> Interpreter:
    """Return the first candidate that is complete: the library and pip."""
    tried = tuple(candidates)
    for python in tried:
        if (python.library / "site-packages" / "pip").is_dir():
            return python
    raise BaseImageError(
        "no CPython with pip under "
        + ", ".join(str(each.prefix) for each in tried)
        + "; install 3.13 with pyenv, or load python:3.13.7-slim and build from that"
    )


def python_files(python: Interpreter) -> Iterator[tuple[str, Path]]:
    """Yield the interpreter's files as (path in the image, path on this host)."""
    home = f"usr/local/lib/{python.library.name}"
    for path in sorted(python.library.rglob("*")):
        inside = path.relative_to(python.library)
        if path.is_file() and not _is_left_out(inside.parts):
            yield f"{home}/{inside}", path
    yield "usr/local/bin/python3", python.prefix / "bin" / f"python{python.version}"
    if python.shared:
        yield f"usr/local/lib/{python.shared.name}", python.shared


def links(python: Interpreter) -> dict[str, str]:
    """Return the image's links: a merged /usr, sh, python, libpython for the loader."""
    merged = {name: f"usr/{name}" for name in ("bin", "sbin", "lib", "lib64")}
    found = {"usr/bin/sh": "dash", "usr/local/bin/python": "python3"}
    if python.shared:
        found[f"usr/lib/{python.shared.name}"] = f"/usr/local/lib/{python.shared.name}"
    return {**merged, **found}


def host_files(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield these files, where they are under a merged /usr, with their content."""
    for path in paths:
        if path.is_file():
            yield str(path.parent.resolve() / path.name).lstrip("/"), path.resolve()


def _is_left_out(inside: Sequence[str]) -> bool:
    if any(_SKIPPED.fullmatch(part) for part in inside):
        return True
    # Whatever else was installed for this interpreter is not part of a base image.
    return inside[0] == "site-packages" and not inside[1].startswith("pip")


def _needed(python: Interpreter) -> Iterator[Path]:
    listed = _run(["dpkg", "-L", *_TOOLS, *_LIBRARIES]).decode().splitlines()
    kept = [path for path in listed if re.match(r"(/usr)?/(bin|sbin|lib|lib64)/", path)]
    programs = [path for path in kept if "/bin/" in path and Path(path).is_file()]
    modules = map(str, python.library.glob("lib-dynload/*.so"))
    # It exits 1 when one of them is a script, and still lists the others.
    listing = _run(["ldd", *programs, *modules], accepted=(0, 1)).decode()
    linked = re.findall(r"(/\S+) \(0x", listing)
    yield from (Path(path) for path in [*kept, *linked] if "libpython" not in path)


def _archive(files: dict[str, Path], symlinks: dict[str, str]) -> bytes:
    bundle = Path(os.environ.get("SSL_CERT_FILE", CA_BUNDLE)).resolve()
    contents = {**files, CA_BUNDLE.lstrip("/"): bundle}
    for name in symlinks:
        contents.pop(name, None)
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in sorted(
            {
                str(parent)
                for path in (*contents, *_TEXTS)
                for parent in PurePosixPath(path).parents
            }
        ):
            archive.addfile(_entry(name, tarfile.DIRTYPE))
        archive.addfile(_entry("tmp", tarfile.DIRTYPE, mode=0o1777))
        for name, target in symlinks.items():
            archive.addfile(_entry(name, tarfile.SYMTYPE, target))
        for name, path in contents.items():
            _add(archive, name, path.read_bytes(), path.stat().st_mode)
        for name, text in _TEXTS.items():
            _add(archive, name, text.encode(), 0o755)
    return buffer.getvalue()


def _entry(
    name: str, kind: bytes, target: str = "", mode: int = 0o755
) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.mode = kind, target, mode
    return entry


def _add(archive: tarfile.TarFile, name: str, content: bytes, mode: int) -> None:
    entry = _entry(name, tarfile.REGTYPE, mode=mode & 0o755 | 0o444)
    entry.size = len(content)
    archive.addfile(entry, BytesIO(content))


def _run(
    command: Sequence[str], given: bytes | None = None, accepted: tuple[int, ...] = (0,)
) -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BaseImageError(f"`{command[0]}` could not be run: {error}") from error
    if done.returncode not in accepted:
        seen = done.stderr.decode(errors="replace").strip()
        raise BaseImageError(
            f"`{' '.join(command[:3])}` failed ({done.returncode}): {seen or 'no output'};"
            " is the Docker engine running, and is this a Debian host?"
        )
    return done.stdout
