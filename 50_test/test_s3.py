"""S3: what the app reads from it, and what it says when it cannot."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Bucket, free_port
from pyarrow import fs

from mangetamain_analytics import source
from mangetamain_analytics.recipes import Recipes, everything
from mangetamain_analytics.source import RecipesUnavailable, find_source, sample

PATIENCE = 10.0  # seconds; what a visitor waits at most for a page


@pytest.fixture
def silent() -> Iterator[str]:
    """Yield the address of a server that accepts connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_settings_file_is_all_that_the_app_needs(
    bucket: Bucket, tmp_path: Path
) -> None:
    """From the file to the same recipes as the sample's, which lie on the server."""
    (tmp_path / "s3").write_text(bucket.text())
    read = Recipes.read(find_source({"APP_S3_FILE": str(tmp_path / "s3")}))
    local = Recipes.read(sample())
    assert not read.source.is_sample
    assert read.sizes() == local.sizes()
    assert read.totals(everything(read)) == local.totals(everything(local))


def test_a_read_only_key_is_enough(bucket: Bucket, on_s3: Recipes) -> None:
    """The server refuses to write, and the app had everything it needs."""
    files = on_s3.source.files
    with pytest.raises(OSError, match=r"(?i)AWS Error"):
        with files.open_output_stream(f"{bucket.bucket}/new") as stream:
            stream.write(b"new")
    assert files.get_file_info(f"{bucket.bucket}/new").type == fs.FileType.NotFound


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"secret": "another-secret"}, "ACCESS_DENIED"),
        ({"key": "AKIAOTHER"}, "ACCESS_DENIED"),
        ({"bucket": "nothing-here"}, "nothing-here"),
        ({"prefix": "elsewhere"}, "elsewhere/recipes.parquet"),
        ({"endpoint": f"http://127.0.0.1:{free_port()}"}, "Could not connect"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret(
    bucket: Bucket, changed: dict[str, str], reason: str
) -> None:
    """One typed error that tells the cause, without the credentials."""
    with pytest.raises(RecipesUnavailable, match=reason) as caught:
        bucket.read(**changed)
    told = f"{caught.value} {caught.value.__cause__!r}"
    assert not [word for word in ("hush", "another-secret", "AKIA") if word in told]


def test_a_silent_server_is_given_up(
    bucket: Bucket, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that never answers costs a bounded time, within a visitor's patience."""
    bound = source._ATTEMPTS * (source._CONNECT + source._SILENCE)
    assert bound <= PATIENCE
    monkeypatch.setattr(source, "_SILENCE", 1.0)
    with pytest.raises(RecipesUnavailable, match="(?i)timeout"):
        bucket.read(endpoint=silent)
