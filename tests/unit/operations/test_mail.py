"""What goes out: never in the way of what is done."""

from dataclasses import replace
from pathlib import Path

import pytest
from pipeline.core.messages import Notice
from pipeline.effects.clock import SystemClock
from pipeline.effects.http import Http
from pipeline.adapters.discord import Discord
from pipeline.journal.writer import Journal
from pipeline.adapters.outbox import Outbox
from pipeline.operations.mail import OUT_OF_TIME, Allowance, Mail
from pipeline.operations.reporting import Reports

from tests.unit.site import Reply, Site

HOOK = "/hook/s3cret"


@pytest.fixture
def mail(site: Site, http: Http, journal_file: Path) -> Mail:
    """Return what goes out where Discord never comes to an end, in two seconds."""
    site.answers(HOOK, Reply(body=b"x" * 1000, drip=1.0))
    clock, discord = SystemClock(), Discord(http, site.url + HOOK)
    outbox = Outbox(journal_file, journal_file.with_name("lock"), discord, clock)
    reports = Reports(journal_file, journal_file.with_name("other"), None, {}, clock)
    return Mail(outbox, reports, clock, Allowance(2.0))


def test_all_flushes_of_a_process_have_one_limit(mail: Mail, journal: Journal) -> None:
    """A Discord that drips costs the allowance once, however often it is flushed."""
    journal.tell(None, Notice("one", is_alert=True))
    assert mail.flush()
    assert mail.allowance.left < 0.5
    assert mail.flush() == OUT_OF_TIME


def test_a_bug_in_sending_is_only_told(mail: Mail) -> None:
    """What nobody foresaw is words too: the result of a deployment stays."""
    outbox = replace(mail.outbox, lock=None)  # type: ignore[arg-type]
    broken = replace(mail, outbox=outbox)
    assert "this is a bug" in broken.flush()
