"""Looking at environments over real HTTP: what is seen, how often, how long."""

import random
import time

import pytest
from pipeline.config import Health
from pipeline.core.availability import Vantage
from pipeline.effects.http import Http
from pipeline.adapters.health import Endpoint
from pipeline.operations.monitoring import Persistence, Target, look_at

from tests.unit.clock import FakeClock
from tests.unit.site import Reply, Site

GOOD = Reply(body=b"<title>The Content</title>")
BAD = (Reply(503), Reply(closes=True), Reply(body=b"Welcome to nginx"), Reply(302))
THREE = Persistence(attempts=3, pause=4)
RUNS = 400


def target(
    site: Site,
    http: Http,
    name: str = "prod",
    vantage: Vantage = Vantage.OUTSIDE,
    timeout: float = 0.3,
    script: str | None = "/script",
) -> Target:
    """Return an environment that the site serves below its name."""
    health = Health(
        path="/health",
        script_path=script,
        page_path="/",
        probe_timeout=timeout,
        interval=1,
        deadline=1,
        soak=0,
    )
    endpoint = Endpoint(http, f"{site.url}/{name}", name, "The Content", health, 1)
    return Target(name, "https://x.invalid", endpoint, vantage)


def test_healthy_from_both_places(site: Site, http: Http, clock: FakeClock) -> None:
    """From outside the page counts; from inside the app's script as well."""
    site.answers("/prod/", GOOD)
    site.answers("/prod/script", Reply(503))
    sights = [
        look_at([target(site, http, vantage=vantage)], THREE, clock)[0]
        for vantage in (Vantage.OUTSIDE, Vantage.INSIDE)
    ]
    assert [one.is_up for one in sights] == [True, False]
    assert "HTTP 503 from /script" in sights[1].problem
    site.answers("/prod/script", Reply())
    assert look_at([target(site, http, vantage=Vantage.INSIDE)], THREE, clock)[0].is_up
    none = target(site, http, vantage=Vantage.INSIDE, script=None)
    assert look_at([none], THREE, clock)[0].is_up


@pytest.mark.parametrize("bad", [*BAD, Reply(body=b"x", drip=5)])
def test_outage_is_confirmed(
    site: Site, http: Http, clock: FakeClock, bad: Reply
) -> None:
    """Three bad looks, pauses between them, make an outage; two and a good one none."""
    site.answers("/prod/", bad)
    (seen,) = look_at([target(site, http)], THREE, clock)
    assert not seen.is_up and seen.problem
    assert (len(site.requests), clock.slept) == (3, [4, 4])
    site.answers("/prod/", bad, bad, GOOD)
    assert look_at([target(site, http)], THREE, clock)[0].is_up


def test_chance_is_no_outage(site: Site, http: Http, clock: FakeClock) -> None:
    """Over real HTTP, with 2 % of all answers bad by chance, nothing is down."""
    dice = random.Random(2)
    answers = [GOOD if dice.random() > 0.02 else dice.choice(BAD) for _ in range(2000)]
    site.answers("/prod/", *answers)
    there = target(site, http, timeout=5)
    seen = [look_at([there], THREE, clock)[0] for _ in range(RUNS)]
    assert all(one.is_up for one in seen)
    assert len(site.requests) > RUNS and clock.slept


def test_environments_do_not_wait_for_each_other(
    site: Site, http: Http, clock: FakeClock
) -> None:
    """Many that hang take as long as one, and each keeps its own result, in order."""
    names = [f"env{number}" for number in range(40)]
    for name in names[:-1]:
        site.answers(f"/{name}/", Reply(body=b"x", drip=99))
    site.answers("/env39/", GOOD)
    targets = [target(site, http, name, timeout=0.5) for name in names[:-1]]
    targets.append(target(site, http, names[-1], timeout=15))  # A busy machine is slow.
    begin = time.monotonic()
    seen = look_at(targets, Persistence(1, 1), clock)
    # One after another they cannot take less, however fast the machine is.
    assert time.monotonic() - begin < 39 * 0.5
    assert [one.environment for one in seen] == names
    assert [one.is_up for one in seen] == [False] * 39 + [True]
    assert look_at([], THREE, clock) == []
