"""The notices: the words that the team knows, and nothing that a commit can add."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pipeline.core import messages
from pipeline.core.deployment import Kind, Order, Outcome
from pipeline.core.messages import Notice
from pipeline.core.skipping import NO_CI
from pipeline.core.verdict import Job, Judgement, Verdict

from tests.unit.specimens import GOOD, HOSTILE, B, a_run, an_order

ORDER = an_order(sha=GOOD)
HEAD = "\nSHA: acfdb42\nAuthor: @user\nMessage: Fix bug analysis\n"
RUN = a_run(GOOD)
LINK = f"Run: {RUN.url}"
PASSED = Judgement(Verdict.PASSED, "CI passed", RUN)
HUMAN = "A human is needed: README_CI_CD.md, “Rollback by hand”"

TEXTS: dict[str, tuple[Notice, str, bool]] = {
    "started": (
        messages.started(ORDER),
        f"🚀 PREPROD - Deployment started{HEAD}⏳ CI verification in progress...",
        False,
    ),
    "rollback started": (
        messages.started(replace(ORDER, kind=Kind.ROLLBACK)),
        f"🚀 PREPROD - Rollback started{HEAD}⏳ CI verification in progress...",
        False,
    ),
    "live, no CI will come": (
        messages.live(ORDER, 1.26, (), no_ci=NO_CI),
        f"🚀 PREPROD - Live, awaiting a person's verdict{HEAD}"
        "Serving this SHA, healthy, after 1.3 s\n"
        "⏳ no CI will come: the commit message asks for none; settle it by hand",
        False,
    ),
    "live": (
        messages.live(ORDER, 1.26, ("Hand-made changes were kept",)),
        f"🚀 PREPROD - Live, awaiting CI{HEAD}"
        "Serving this SHA, healthy, after 1.3 s\nHand-made changes were kept\n"
        "⏳ CI verification in progress...",
        False,
    ),
    "CI still running": (
        messages.still_running(ORDER, Judgement(Verdict.PENDING, "CI is queued", RUN)),
        f"🚀 PREPROD - Live, CI still running{HEAD}"
        f"⏳ CI still running; its end decides\nCI is queued\n{LINK}",
        False,
    ),
    "kept": (
        messages.kept(ORDER, Judgement(Verdict.NONE, "no verdict", RUN)),
        f"⏳ PREPROD - Live without a verdict{HEAD}Reason: no verdict\n{LINK}\n"
        "Left as it is; a late verdict still counts",
        True,
    ),
    "validated late": (
        messages.validated(ORDER, PASSED, is_late=True),
        f"✅ PREPROD - Validated{HEAD}CI passed after all\nCI passed\n{LINK}",
        True,
    ),
    "validated": (
        messages.validated(ORDER, PASSED),
        f"✅ PREPROD - Validated{HEAD}CI passed\n{LINK}",
        False,
    ),
    "returned": (
        messages.returned(ORDER, B, ("Reason: CI failed",)),
        "↩️ PREPROD - Rolled back\nSHA: bbbbbbb\nInstead of: acfdb42\n"
        "Author: @user\nMessage: Fix bug analysis\nReason: CI failed\n"
        "Serving bbbbbbb again, verified healthy",
        True,
    ),
    "rolled forward": (
        messages.rolled_forward(ORDER),
        f"⏩ PREPROD - Rolled forward{HEAD}CI passed after all\n"
        "Serving this SHA, verified healthy",
        True,
    ),
    "superseded": (
        messages.superseded(ORDER, ("Reason: newer",)),
        f"⏭️ PREPROD - Superseded{HEAD}Reason: newer",
        False,
    ),
    "failed": (
        messages.failed(ORDER, ("Reason: no room",)),
        f"❌ PREPROD - Failed{HEAD}Reason: no room",
        True,
    ),
    "needs human": (
        messages.needs_human(ORDER, ("Reason: CI failed",), "*both* down"),
        f"🚨 PREPROD - NOT ROLLED BACK{HEAD}Reason: CI failed\n\\*both\\* down\n{HUMAN}",
        True,
    ),
    "refused": (
        messages.refused("prod", GOOD, "not validated"),
        "⛔ PROD - Refused\nSHA: acfdb42\nReason: not validated\nNothing was touched",
        True,
    ),
    "drifted": (
        messages.drifted("prod", GOOD, B),
        "⚠️ PROD - Drifted\nServing acfdb42, the journal says bbbbbbb\n"
        "Left as it is; deploy or roll back to make it whole",
        True,
    ),
}


@pytest.mark.parametrize(("notice", "text", "is_alert"), TEXTS.values(), ids=TEXTS)
def test_text(notice: Notice, text: str, is_alert: bool) -> None:
    """Each notice says exactly this; only what a person must see is an alert."""
    assert (notice.text, notice.is_alert) == (text, is_alert)


def test_an_end_claims_to_serve_only_what_was_read_back() -> None:
    """A late success is the end of what may serve no more; its message claims less."""
    forward, late = (TEXTS[name][0] for name in ("rolled forward", "validated late"))
    assert forward.is_read_back and not late.is_read_back
    after = messages.ended(ORDER, Outcome.VALIDATED, None, is_read_back=True).text
    only_told = messages.ended(ORDER, Outcome.VALIDATED, None).text
    assert "Serving this SHA, verified healthy" in after
    assert only_told == f"⏹️ PREPROD - Ended: validated{HEAD}What follows says why"


def test_reasons_name_the_failed_jobs() -> None:
    """A failure names its jobs, at most five of them, and links to the run."""
    jobs = tuple(Job(f"*job {n}*", "failure", f"https://x/{n}") for n in range(7))
    said = messages.reasons(Judgement(Verdict.FAILED, "CI failed: @here", RUN, jobs))
    assert said[:2] == (r"Reason: CI failed: \@here", r"  \*job 0\*: https://x/0")
    assert (len(said), said[-1]) == (1 + messages.MOST_JOBS + 1, LINK)


def test_reasons_without_a_run() -> None:
    """Where there was no run there is no link to one."""
    judgement = Judgement(Verdict.NONE, "GitHub unreachable: HTTP 500")
    assert messages.reasons(judgement) == ("Reason: GitHub unreachable: HTTP 500",)


NOTICES: list[Callable[[Order, str], Notice]] = [
    lambda order, _: messages.started(order),
    lambda order, _: messages.live(order, 1, ()),
    lambda order, text: messages.validated(order, Judgement(Verdict.PASSED, text, RUN)),
    lambda order, text: messages.failed(order, (messages.problem(text),)),
    lambda order, text: messages.refused("prod", order.sha, text),
]


@pytest.mark.parametrize("make", NOTICES)
@given(some.one_of(some.sampled_from(HOSTILE), some.text()))
def test_hostile_text_adds_nothing(
    make: Callable[[Order, str], Notice], text: str
) -> None:
    """No commit, actor or reason can add a line, a mention or a link to a notice."""
    harmless = make(an_order(actor="user", subject="text"), "text").text
    hostile = make(an_order(actor=f"{text} user", subject=text), text).text
    assert len(hostile.splitlines()) == len(harmless.splitlines())
    assert len(hostile) < 2000
    authored = hostile.replace("Author: @", "Author: ")
    assert not re.search(r"(?<!\\)(\\\\)*[@<`]", authored)


def test_a_long_command_is_whole() -> None:
    """A root of many folders makes a long command, and it is there to be typed."""
    command = f"cd /{'folder/' * 60} && git reset --hard {'a' * 40}"
    assert messages.by_hand((command,)) == (f"`{command}`",)
