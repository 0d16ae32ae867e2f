"""The small nouns of the core: commit ids, repositories' names, deployments."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.core.deployment import Deployment
from pipeline.core.origin import repository_of
from pipeline.core.sha import Sha

from tests.unit.specimens import A, an_order


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 39,
        "a" * 41,
        "A" * 40,
        "g" * 40,
        "a" * 7,
        f"{'a' * 40}\n",
        f" {'a' * 40}",
        "-x",
        "--upload-pack=reboot",
        "../../etc/passwd",
        "HEAD",
        "٣" * 40,
    ],
    ids=ascii,
)
def test_only_full_ids_are_shas(text: str) -> None:
    """An option, a path, an abbreviation or another alphabet is never a commit id."""
    with pytest.raises(ValueError, match="full commit SHA"):
        Sha(text)


@given(some.text(min_size=100))
def test_complaint_is_short(text: str) -> None:
    """A wrong text is quoted in part: an error must stay readable."""
    with pytest.raises(ValueError) as caught:
        Sha(text)
    assert len(str(caught.value)) < 800


def test_full_id_is_kept() -> None:
    """A full id is itself in data and seven characters in prose."""
    assert (Sha("acfdb42" + "0" * 33).short, str(A)) == ("acfdb42", "a" * 40)


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.com/owner/name.git", "owner/name"),
        ("https://github.com/owner/name", "owner/name"),
        ("https://github.com/owner/na.me/", "owner/na.me"),
        ("git@github.com:owner/name.git", "owner/name"),
        ("ssh://git@github.com/owner/name.git", "owner/name"),
        ("/srv/git/owner/name.git", None),
        ("file:///srv/owner/name.git", None),
        ("", None),
        ("https://", None),
    ],
)
def test_repository_of_url(url: str, repository: str | None) -> None:
    """Every way to write GitHub's address names the repository; a folder does not."""
    assert repository_of(url) == repository


def test_deployment_has_its_orders_sha() -> None:
    """A deployment puts up what was ordered."""
    assert Deployment(1, an_order(sha=A), None, 0.0).sha == A
