"""The choice of what makes the local base image, and its errors."""

from pathlib import Path

import pytest
from rehearsal.base_image import BaseImageError, choose, ensure_base_image
from rehearsal.base_image import import_command
from rehearsal.host_slice import Interpreter, host_files, interpreter_files, links
from rehearsal.host_slice import linked_libraries


@pytest.fixture
def python(tmp_path: Path) -> Interpreter:
    """Return an interpreter with pip, a stranger's package and tests."""
    library = "lib/python3.13"
    for name in (
        "bin/python3.13",
        "lib/libpython3.13.so.1.0",
        f"{library}/os.py",
        f"{library}/test/test_os.py",
        f"{library}/__pycache__/os.cpython-313.pyc",
        f"{library}/site-packages/pip/__init__.py",
        f"{library}/site-packages/strange.pth",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Interpreter(tmp_path, "3.13")


def test_the_interpreter_goes_in_and_nothing_else(python: Interpreter) -> None:
    """Library and pip are taken; tests, caches and other packages are not."""
    assert {name for name, _ in interpreter_files(python)} == {
        "usr/local/bin/python3",
        "usr/local/lib/libpython3.13.so.1.0",
        "usr/local/lib/python3.13/os.py",
        "usr/local/lib/python3.13/site-packages/pip/__init__.py",
    }


def test_the_loader_finds_libpython(python: Interpreter) -> None:
    """A link in the loader's default path leads to the shared library."""
    link = links(python)["usr/lib/libpython3.13.so.1.0"]
    assert link == "/usr/local/lib/libpython3.13.so.1.0"


def test_only_programs_and_libraries_of_the_host_go_in() -> None:
    """Documents and directories are left out; a link brings its content."""
    listed = ["/usr/share/doc/dash/copyright", "/usr/bin", "/bin/sh", "/bin/missing"]
    assert dict(host_files(listed)) == {"usr/bin/sh": Path("/bin/sh").resolve()}


def test_libraries_are_read_from_ldd() -> None:
    """The loader itself counts, the interpreter's own library does not."""
    listing = (
        "\tlinux-vdso.so.1 (0x00007f)\n\tlibc.so.6 => /lib/libc.so.6 (0x00007f)\n"
        "\tlibpython3.13.so.1.0 => /opt/libpython3.13.so.1.0 (0x00007f)\n"
        "\t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n\tnot a dynamic executable\n"
    )
    assert linked_libraries(listing) == [
        *("/lib/libc.so.6", "/lib64/ld-linux-x86-64.so.2")
    ]


def test_the_first_interpreter_with_pip_is_chosen(python: Interpreter) -> None:
    """Without pip nothing could be installed, so that one is passed over."""
    bare = Interpreter(python.prefix / "bare", "3.13")
    assert choose([bare, python]) == python
    with pytest.raises(BaseImageError, match="with pip under .*bare"):
        choose([bare])


def test_the_import_sets_what_a_container_needs() -> None:
    """The command is data: one ENV change, standard input, the tag."""
    command = import_command("docker", "base:1")
    assert command[:3] == ["docker", "import", "--change"]
    assert command[-2:] == ["-", "base:1"]
    assert "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt" in command[3]


def test_an_engine_that_does_not_answer_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error says which command failed and what is needed."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(BaseImageError, match="running Docker engine"):
        ensure_base_image()
    with pytest.raises(BaseImageError, match="did not run"):
        ensure_base_image(docker="no-such-docker")
