"""Which files of this Debian host make a base image that runs Python, pip and a shell.

Owns the choice: given an interpreter and what the host's tools list, it names every
file, link and text of the image. Refuses to run anything.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
PACKAGES = (
    *("dash", "bash", "coreutils", "findutils", "grep", "sed"),
    *("libc6", "libstdc++6", "libgcc-s1", "zlib1g"),
)
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "SSL_CERT_FILE": CA_BUNDLE,
    "PIP_CERT": CA_BUNDLE,
    # Debian's Python refuses pip otherwise; the image is ours alone.
    "PIP_BREAK_SYSTEM_PACKAGES": "1",
}
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    # Written anew: the host's own script starts with a path of the host.
    "usr/local/bin/pip": '#!/bin/sh\nexec python3 -m pip "$@"\n',
}
_SKIPPED = re.compile(r"__pycache__|test|idlelib|turtledemo|tkinter|config-3.*")


def bundle() -> Path:
    """Return the certificates that this host trusts."""
    return Path(os.environ.get("SSL_CERT_FILE") or CA_BUNDLE).resolve()


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A CPython that can be taken along."""

    prefix: Path
    version: str  # As in "3.13".

    @property
    def library(self) -> Path:
        """Return the directory of the standard library."""
        return self.prefix / "lib" / f"python{self.version}"

    @property
    def shared(self) -> Path | None:
        """Return the shared libpython, which a static build does not have."""
        found = (self.prefix / "lib").glob(f"libpython{self.version}.so.*")
        return next(found, None)

    @property
    def has_pip(self) -> bool:
        """Return whether pip is there, without which nothing can be installed."""
        return (self.library / "site-packages" / "pip").is_dir()


def interpreter_files(python: Interpreter) -> Iterator[tuple[str, Path]]:
    """Yield the interpreter's files as (path in the image, path on this host)."""
    home = f"usr/local/lib/{python.library.name}"
    for path in sorted(python.library.rglob("*")):
        inside = path.relative_to(python.library)
        if path.is_file() and not _is_left_out(inside.parts):
            yield f"{home}/{inside}", path
    yield "usr/local/bin/python3", python.prefix / "bin" / f"python{python.version}"
    if python.shared:
        yield f"usr/local/lib/{python.shared.name}", python.shared


def host_files(listed: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Yield the listed programs and libraries, where they are under a merged /usr."""
    for path in map(Path, listed):
        is_wanted = re.match(r"(/usr)?/(bin|sbin|lib|lib64)/", str(path))
        if is_wanted and path.is_file():
            yield str(path.parent.resolve() / path.name).lstrip("/"), path.resolve()


def links(python: Interpreter) -> dict[str, str]:
    """Return the image's links: a merged /usr, sh, python, libpython for the loader."""
    found = {name: f"usr/{name}" for name in ("bin", "sbin", "lib", "lib64")}
    found |= {"usr/bin/sh": "dash", "usr/local/bin/python": "python3"}
    if python.shared:
        found[f"usr/lib/{python.shared.name}"] = f"/usr/local/lib/{python.shared.name}"
    return found


def linked_libraries(listing: str) -> list[str]:
    """Return the libraries in the output of ldd, except the interpreter's own."""
    found = re.findall(r"(/\S+) \(0x", listing)
    return [path for path in found if "/libpython" not in path]


def _is_left_out(inside: tuple[str, ...]) -> bool:
    if any(_SKIPPED.fullmatch(part) for part in inside):
        return True
    # Whatever else was installed for this interpreter is not part of a base image.
    return inside[0] == "site-packages" and not inside[1].startswith("pip")
