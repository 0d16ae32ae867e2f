"""Origin's address: what is secret in it is kept apart, and only for its host."""

import os
import subprocess
from pathlib import Path

import pytest
from pipeline.errors import ConfigurationError
from pipeline.adapters.git_credentials import (
    Credentials,
    helper_setting,
    split_origin,
)

TOKEN = "ghs_" + "s3cret.AB-x_" * 43


@pytest.mark.parametrize(
    ("origin", "clean", "user", "password"),
    [
        (f"https://x-access-token:{TOKEN}@h/o/r.git", "https://h/o/r.git", "x", TOKEN),
        (f"https://{TOKEN}@h:8443/o/r", "https://h:8443/o/r", TOKEN, ""),
        (f"http://u:{TOKEN}@127.0.0.1:80/r", "http://127.0.0.1:80/r", "u", TOKEN),
        ("https://u:p%40ss@h/o/r", "https://h/o/r", "u", "p@ss"),
    ],
)
def test_secret_is_split_off(origin: str, clean: str, user: str, password: str) -> None:
    """The address that is left has nobody in it."""
    address, found = split_origin(origin)
    assert found and (address, found.password) == (clean, password)
    assert found.user.startswith(user) and "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "origin",
    [
        "git@github.com:o/r.git",
        "ssh://git@h/o/r",
        "https://h/o/r",
        "https://ada@h/o/r",
        "/srv/r.git",
        "file:///srv/a:b@c",
    ],
)
def test_without_a_secret_nothing_changes(origin: str) -> None:
    """A name is no secret, and a path is no address."""
    assert split_origin(origin) == (origin, None)


def test_a_password_does_not_travel_in_the_open() -> None:
    """Over http:// to another machine it is refused, and not quoted."""
    with pytest.raises(ConfigurationError) as caught:
        split_origin(f"http://u:{TOKEN}@h/o/r.git")
    assert "s3cret" not in str(caught.value)


def test_git_is_told_for_that_host_alone(tmp_path: Path) -> None:
    """git hears the password for the host it is for; nobody else can read it."""
    store = tmp_path / "it's %20 é" / "repo.git"
    store.mkdir(parents=True)
    found = Credentials("https://h.example:8443", "ada", "p@ss")
    name, helper = helper_setting(store, found)
    (file,) = store.parent.glob("origin*")
    assert file.stat().st_mode & 0o777 == 0o600

    def fill(host: str) -> str:
        """Ask git for a host's password."""
        done = subprocess.run(
            ("git", "-c", f"{name}={helper}", "credential", "fill"),
            input=f"protocol=https\nhost={host}\n\n",
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    assert "username=ada\npassword=p@ss\n" in fill("h.example:8443")
    assert "p@ss" not in fill("other.example:8443")
