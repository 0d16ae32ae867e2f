"""Where the Parquet files are: the team's S3, or the sample that ships.

Owns the reading of the S3 settings, from a file and never from environment variables:
those are listed by `docker inspect` and `/proc`. Refuses to guess: an empty or missing
file means the sample, an incomplete one is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyarrow import fs

SAMPLE = Path(__file__).with_name("sample")
# Where Compose puts the secret; another place is named by APP_S3_FILE.
SECRET_FILE = "/run/secrets/s3"
_REQUIRED = ("BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
_OPTIONAL = ("ENDPOINT", "REGION", "PREFIX")
# Together below ten seconds: a visitor waits no longer for the page that explains.
_CONNECT, _SILENCE, _ATTEMPTS = 2.0, 3.0, 2


class RecipesUnavailable(Exception):
    """The recipes could not be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A directory with recipes.parquet and ratings.parquet, and how to reach it."""

    label: str
    files: fs.FileSystem = field(repr=False)
    directory: str
    is_sample: bool = False


def sample(directory: Path = SAMPLE) -> Source:
    """Return the files that ship with the app."""
    return Source("the sample", fs.LocalFileSystem(), str(directory), is_sample=True)


def find_source(environ: Mapping[str, str]) -> Source:
    """Return S3 where its settings are written down, else the sample.

    Raises:
        RecipesUnavailable: the settings cannot be read, or are not complete.
    """
    file = Path(environ.get("APP_S3_FILE", SECRET_FILE))
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return sample()
    except (OSError, UnicodeDecodeError) as error:
        raise RecipesUnavailable(
            f"reading the S3 settings in {file} failed: {type(error).__name__};"
            " let the app's user (in the container: 10001) read it"
        ) from None
    settings = read_settings(text, file)
    return s3(settings) if settings else sample()


def read_settings(text: str, file: Path) -> dict[str, str]:
    """Return the settings by their name without S3_; none where nothing is written.

    Raises:
        RecipesUnavailable: a line is no setting, or a needed setting is missing.
    """
    settings = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = line.partition("=")
        name = name.strip().removeprefix("S3_")
        if name not in (*_REQUIRED, *_OPTIONAL):
            # The line itself may be a secret.
            raise RecipesUnavailable(f"{file}, line {number}: not a known S3_… setting")
        settings[name] = value.strip()
    missing = [f"S3_{name}" for name in _REQUIRED if not settings.get(name)]
    if settings and missing:
        raise RecipesUnavailable(f"{file}: {', '.join(missing)} missing")
    return settings


def s3(settings: Mapping[str, str]) -> Source:
    """Return the bucket that complete settings describe; nothing is asked yet."""
    scheme, _, host = settings.get("ENDPOINT", "").rpartition("://")
    files = fs.S3FileSystem(
        access_key=settings["ACCESS_KEY_ID"],
        secret_key=settings["SECRET_ACCESS_KEY"],
        region=settings.get("REGION") or "us-east-1",
        endpoint_override=host or None,
        scheme=scheme or "https",
        connect_timeout=_CONNECT,
        request_timeout=_SILENCE,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
    )
    parts = (settings["BUCKET"], settings.get("PREFIX", "").strip("/"))
    return Source("the team's S3", files, "/".join(part for part in parts if part))
