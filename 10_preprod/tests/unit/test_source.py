"""Where the recipes come from, and what is said when that is not clear."""

from pathlib import Path

import pytest

from mangetamain_analytics.source import (
    RecipesUnavailable,
    find_source,
    read_settings,
    s3,
)

SETTINGS = """
# The team's bucket, read only.
S3_ENDPOINT = http://127.0.0.1:9000
S3_BUCKET=recipes
S3_PREFIX=/food/2018/
S3_ACCESS_KEY_ID=AKIAEXAMPLE
S3_SECRET_ACCESS_KEY=hush=hush
"""
FILE = Path("/run/secrets/s3")


@pytest.mark.parametrize("content", [None, "", "\n# nothing is set\n"])
def test_nothing_configured_is_the_sample(tmp_path: Path, content: str | None) -> None:
    """Without a file, or with an empty one, the app shows what ships with it."""
    file = tmp_path / "s3"
    if content is not None:
        file.write_text(content)
    assert find_source({"APP_S3_FILE": str(file)}).is_sample


def test_a_container_without_a_secret_has_the_sample() -> None:
    """The default place need not exist, and the null device counts as empty."""
    assert find_source({}).is_sample
    assert find_source({"APP_S3_FILE": "/dev/null"}).is_sample


def test_settings_lead_to_the_bucket(tmp_path: Path) -> None:
    """Bucket and prefix are the directory; a secret may contain an equals sign."""
    (tmp_path / "s3").write_text(SETTINGS)
    source = find_source({"APP_S3_FILE": str(tmp_path / "s3")})
    assert (source.directory, source.is_sample) == ("recipes/food/2018", False)
    assert read_settings(SETTINGS, FILE)["SECRET_ACCESS_KEY"] == "hush=hush"


def test_a_bucket_needs_no_prefix_and_no_endpoint() -> None:
    """With the three needed settings alone it is Amazon's S3."""
    source = s3({"BUCKET": "b", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "s"})
    assert source.directory == "b"


def test_credentials_in_the_environment_are_not_used() -> None:
    """Variables are visible to `docker inspect`, so they configure nothing."""
    variables = {"S3_BUCKET": "b", "S3_ACCESS_KEY_ID": "a", "AWS_ACCESS_KEY_ID": "a"}
    assert find_source(variables).is_sample


def test_an_incomplete_file_names_what_is_missing() -> None:
    """Half a configuration is an error, never quietly the sample."""
    with pytest.raises(RecipesUnavailable, match="S3_SECRET_ACCESS_KEY missing"):
        read_settings("S3_BUCKET=b\nS3_ACCESS_KEY_ID=a\nS3_SECRET_ACCESS_KEY=", FILE)


@pytest.mark.parametrize("line", ["hush", "S3_BUKET=hush", "hush=1"])
def test_an_unknown_line_is_named_by_number_only(line: str) -> None:
    """A misplaced secret does not end up in a log."""
    with pytest.raises(RecipesUnavailable, match="line 2") as caught:
        read_settings(f"S3_BUCKET=b\n{line}", FILE)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_an_unreadable_file_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    """What is there and cannot be read is said, with what to do."""
    file = tmp_path / "s3"
    file.mkdir() if content is None else file.write_bytes(content)
    with pytest.raises(RecipesUnavailable, match="let the app's user"):
        find_source({"APP_S3_FILE": str(file)})


def test_a_source_does_not_show_its_credentials() -> None:
    """Neither repr nor label gives anything away."""
    source = s3({"BUCKET": "b", "ACCESS_KEY_ID": "AKIA", "SECRET_ACCESS_KEY": "hush"})
    assert "hush" not in repr(source) and "AKIA" not in repr(source)
