"""Which version the process says it runs."""

import pytest

from mangetamain_analytics.release import Release, read_release

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize("environment", ["preprod", "prod"])
def test_what_was_deployed_is_what_is_reported(environment: str) -> None:
    """A full SHA and a known environment are taken as they are."""
    release = read_release({"APP_SHA": SHA, "APP_ENVIRONMENT": environment})
    assert release == Release(SHA, environment)
    assert release.short_sha == "0123456"


@pytest.mark.parametrize(
    "sha", ["", "main", SHA[:7], SHA.upper(), SHA + "0", SHA + "\n"]
)
def test_anything_but_a_full_sha_is_unknown(sha: str) -> None:
    """No malformed SHA is ever reported as a version."""
    release = read_release({"APP_SHA": sha})
    assert release.sha == release.short_sha == "unknown"


@pytest.mark.parametrize("environ", [{}, {"APP_ENVIRONMENT": "staging"}])
def test_an_unknown_environment_is_development(environ: dict[str, str]) -> None:
    """Nothing passes for preprod or prod by accident."""
    assert read_release(environ).environment == "development"
