"""The health watch by its real script: what is told, kept and left alone."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import yaml
from pipeline.effects.clock import SystemClock
from pipeline.adapters.lock import held

from tests.sandbox.vm import Vm, free_port
from tests.sandbox.world import World
from tests.unit.site import Reply, Site, serving_site

CLASS = "health watch"
QUICK = {"attempts": 2, "pause": 0.05}


@pytest.fixture
def elsewhere() -> Iterator[Site]:
    """Serve a monitor that takes heartbeats, and a public page."""
    with serving_site() as site:
        site.answers("/beat/s3cret", Reply())
        site.answers("/", Reply(body=b"<title>Mangetamain</title>"))
        yield site


def check(world: World, *arguments: str, code: int) -> list[dict[str, object]]:
    """Run the watch; return what it reports."""
    done = world.vm.script("check_health", "--json", *arguments, code=code)
    seen: list[dict[str, object]] = json.loads(done.stdout)
    return seen


def alerts(world: World, title: str = "- Down") -> list[str]:
    """Return the alerts of the watch that Discord shows."""
    return [m.content for m in world.discord.messages if title in m.content]


def rows(vm: Vm) -> list[tuple[object, ...]]:
    """Return what the journal kept of the looks."""
    query = "SELECT environment, vantage, is_up FROM observation ORDER BY id"
    return vm.journal(query)


def test_outage_is_told_once_and_its_end_is_kept(
    running: World, elsewhere: Site
) -> None:
    """Down: exit 4, one alert, no heartbeat. Up again: a row, a beat, one message."""
    vm = running.vm
    vm.configure(monitoring=QUICK)
    secrets = vm.state / "secrets.env"
    secrets.write_text(
        secrets.read_text() + f"HEARTBEAT_URL={elsewhere.url}/beat/s3cret\n"
    )
    assert [seen["is_up"] for seen in check(running, code=0)] == [True]
    assert len(elsewhere.requests) == 1
    vm.stop()
    for _ in range(3):
        (seen,) = check(running, code=4)
        assert (seen["environment"], seen["is_up"]) == ("preprod", False)
    assert len(alerts(running)) == 1 and "🔴 PREPROD - Down" in alerts(running)[0]
    assert len(elsewhere.requests) == 1
    running.restart_by_hand()
    check(running, code=0)
    assert rows(vm) == [("preprod", "inside", up) for up in (1, 0, 1)]
    assert (len(alerts(running)), len(elsewhere.requests)) == (1, 2)
    (recovery,) = alerts(running, "- Up again")
    assert recovery.startswith("🟢 PREPROD") and "Seen from inside, after" in recovery
    # One environment alone says nothing of the others: no heartbeat.
    check(running, "preprod", code=0)
    assert len(elsewhere.requests) == 2


def test_alert_outlives_discords_outage(running: World) -> None:
    """With Discord down too, the alert waits in the journal and goes out once."""
    running.vm.configure(monitoring=QUICK)
    running.vm.stop()
    running.discord.refuse_connections()
    check(running, code=4)
    running.discord.accept_connections()
    for _ in range(2):
        check(running, code=4)
    assert len(alerts(running)) == 1


def test_outside_needs_no_vm(world: World, elsewhere: Site) -> None:
    """With a configuration and a webhook alone: looked at, told, remembered."""
    vm, state = world.vm, world.vm.home / "cached"
    vm.configure(monitoring=QUICK)
    whole = yaml.safe_load(vm.config.read_text())
    whole["environments"]["preprod"]["url"] = elsewhere.url
    whole["environments"]["prod"]["url"] = f"http://127.0.0.1:{free_port()}"
    vm.config.write_text(yaml.safe_dump(whole))
    hook = {"DISCORD_WEBHOOK_URL": vm.webhook}
    arguments = ("check_health", "--from", "outside", "--state", str(state))
    summary = vm.home / "summary.md"
    job = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = vm.script(*arguments, code=4, **hook, **job)
    assert done.stdout.splitlines()[0].split() == ["preprod", "up"]
    assert "::error::prod is down: connection refused" in done.stderr
    assert "| prod | outside | down: connection refused" in summary.read_text()
    vm.script(*arguments, code=4, **hook)
    assert len(alerts(world)) == 1 and "Seen from outside" in alerts(world)[0]
    assert not vm.state.exists() and not vm.root.exists()
    assert (state.stat().st_mode & 0o777) == 0o700
    told = done.stdout + done.stderr + summary.read_text()
    assert vm.webhook.rpartition("/")[2] not in told


def test_dry_run_keeps_nothing(running: World) -> None:
    """A look that only looks leaves journal and channel as they were."""
    running.vm.configure(monitoring=QUICK)
    running.vm.stop()
    check(running, "--dry-run", code=4)
    assert rows(running.vm) == [] and alerts(running) == []
    assert running.vm.script("check_health", "staging", code=2).stdout == ""


@pytest.mark.fault(CLASS, "recovery, where it is not to be told")
def test_recovery_is_told_where_it_is_wanted(running: World) -> None:
    """A team that wants outages only hears of outages only."""
    running.vm.configure(monitoring={**QUICK, "tell_recovery": False})
    running.vm.stop()
    check(running, code=4)
    running.restart_by_hand()
    check(running, code=0)
    assert (len(alerts(running)), alerts(running, "Up again")) == (1, [])


@pytest.mark.fault(CLASS, "down while a deployment is at work")
def test_a_deployment_is_no_outage(running: World) -> None:
    """While the lock is held nothing is alerted; what is down after it, is."""
    running.vm.configure(monitoring=QUICK)
    check(running, code=0)
    running.vm.stop()
    with held(running.vm.state / "preprod.lock", SystemClock(), patience=5):
        for _ in range(2):
            check(running, code=4)
        assert alerts(running) == []
    check(running, code=4)
    assert len(alerts(running)) == 1


@pytest.mark.fault(CLASS, "down since before a deployment")
def test_an_older_outage_is_not_begun_again(running: World) -> None:
    """What was told is told once, also if a deployment is at work meanwhile."""
    running.vm.configure(monitoring=QUICK)
    running.vm.stop()
    check(running, code=4)
    with held(running.vm.state / "preprod.lock", SystemClock(), patience=5):
        check(running, code=4)
    check(running, code=4)
    assert len(alerts(running)) == 1


@pytest.mark.fault(CLASS, "down where a deployment died")
def test_a_deployment_that_died_is_waited_for(awaiting: World) -> None:
    """Between its reset and its gate a dead deployment is resumed, not alerted."""
    awaiting.vm.configure(monitoring=QUICK)
    awaiting.vm.stop()
    journal = awaiting.vm.state / "journal.db"
    with closing(sqlite3.connect(journal)) as database:
        database.execute(
            "INSERT INTO step (deployment, name, is_done, at, detail) "
            "SELECT MAX(id), 'reset', 0, ?, '' FROM deployment",
            (time.time(),),
        )
        database.commit()
    check(awaiting, code=4)
    assert alerts(awaiting) == []
