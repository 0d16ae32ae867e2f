"""The words that keep CI away, as GitHub documents them."""

import pytest
from pipeline.core.skipping import asks_for_no_ci


@pytest.mark.parametrize(
    "message",
    [
        "Typo [skip ci]",
        "[ci skip] typo",
        "Typo\n\nOnly words. [no ci]",
        "[skip actions]",
        "[actions skip]",
        "Typo\n\n\nskip-checks: true",
        "Typo\n\n\nskip-checks:true\n",
        "Typo\n\nskip-checks: true",
        "Typo\r\n\r\n\r\nskip-checks: true\r\n",
        "Typo\n\n\nSigned-off-by: Ada <a@b>\nskip-checks: true\n\n",
    ],
)
def test_the_words_that_keep_ci_away(message: str) -> None:
    """Each of GitHub's spellings counts, anywhere in the message."""
    assert asks_for_no_ci(message)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "skip ci",
        "[skip-ci]",
        "[skip  ci]",
        "skip-checks: true\n\nnot at the end",
        "skip-checks: true",
        "Typo\nskip-checks: true",
        "Typo\n\nno-skip-checks: true",
        "Typo\n\nskip-checks: false",
        "Typo\n\nskip-checks: true\nRefs: 1",
    ],
)
def test_other_words_do_not(message: str) -> None:
    """What GitHub does not know keeps nothing away."""
    assert not asks_for_no_ci(message)
