"""Promises of the adapters that were found broken by these tests."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import stamina
from pipeline.config import load_config
from pipeline.core.messages import Notice
from pipeline.effects.http import Http
from pipeline.adapters.discord import Discord
from pipeline.adapters.git_store import Store
from pipeline.adapters.worktree import Worktree
from pipeline.adapters.github import GitHub
from pipeline.adapters.health import Endpoint, Unhealthy
from pipeline.journal.writer import Journal
from pipeline.adapters.outbox import Outbox
from pipeline.adapters.secrets import load_secrets

from tests.unit.clock import FakeClock
from tests.unit.configuration import SHIPPED
from tests.unit.repository import Clone, git
from tests.unit.site import Reply, Site, json_reply
from tests.unit.specimens import A


def test_empty_variable_is_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that passes an unset secret on, as an empty text, hides no file's."""
    path = tmp_path / "secrets.env"
    path.touch(0o600)
    path.write_text("DISCORD_WEBHOOK_URL=https://example.invalid/hook\n")
    monkeypatch.setenv("DISCORD_WEBHOOK_URL", "")
    assert load_secrets(path).webhook == "https://example.invalid/hook"


def test_githubs_own_page_links_are_followed(
    site: Site, http: Http, clock: FakeClock
) -> None:
    """GitHub's links name a repository by its number, on the same host.

    See "Using pagination in the REST API": ``/repositories/1300192/issues?page=2``.
    """
    first = "/repos/owner/name/actions/workflows/ci.yml/runs"
    second = "/repositories/1300192/actions/workflows/7/runs"
    link = f'<{site.url}{second}?page=2>; rel="next"'
    site.answers(first, json_reply({"workflow_runs": []}, headers={"Link": link}))
    site.answers(second, json_reply({"workflow_runs": []}))
    GitHub(http, site.url, "owner/name", "", clock).runs(A, "ci.yml")
    asked = [request.target.partition("?")[0] for request in site.requests]
    assert asked[:2] == [first, second]  # Then once more without the filter.


def test_gate_names_the_lasting_problem(
    site: Site, http: Http, clock: FakeClock
) -> None:
    """A script that can never start is told as that, not as flapping."""
    report = {"status": "ok", "sha": A, "environment": "preprod"}
    health = load_config(SHIPPED).health.model_copy(update={"interval": 1})
    site.answers(health.path, json_reply(report))
    site.answers(health.page_path, Reply(body=b"Content"))
    site.answers(str(health.script_path), Reply(503))
    endpoint = Endpoint(http, site.url, "preprod", "Content", health, 3)
    for deadline in (30, 31, 32):
        late = health.model_copy(update={"deadline": deadline})
        endpoint = Endpoint(http, site.url, "preprod", "Content", late, 3)
        with pytest.raises(Unhealthy, match="HTTP 503 from"):
            endpoint.wait_until_healthy(A, clock, lambda: False)


@pytest.fixture
def store(tmp_path: Path, clone: Clone) -> Store:
    """Push a commit; return a store that has not fetched it yet."""
    clone.commit({"file": "1"})
    clone.push()
    made = Store(tmp_path / "store.git", "main")
    made.create(str(clone.origin))
    return made


@pytest.fixture
def tree(store: Store, tmp_path: Path) -> Worktree:
    """Check the commit out."""
    store.fetch()
    store.add_worktree(tmp_path / "tree", store.tip())
    return Worktree(tmp_path / "tree")


def test_reset_survives_a_killed_git(tree: Worktree) -> None:
    """The index.lock of a git that was killed does not stop the next reset."""
    tree.head_file().with_name("index.lock").touch()
    (tree.path / "file").write_text("half")
    tree.reset(tree.head())
    assert (tree.path / "file").read_text() == "1"


def test_keeping_aside_survives_a_killed_git(tree: Worktree) -> None:
    """The lock of a keeping that was killed does not stop the next one."""
    tree.head_file().with_name("HEAD.kept-index.lock").touch()
    (tree.path / "file").write_text("by hand")
    ref = tree.keep_aside("preprod/1")
    assert git(tree.path, "show", f"{ref}:file") == "by hand"


def test_fetch_survives_a_killed_git(store: Store) -> None:
    """The lock of a fetch that was killed does not stop every later fetch."""
    lock = store.path / "refs/remotes/origin/main.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with stamina.set_testing(True, attempts=3):
        store.fetch()
    assert store.has(store.tip())


def test_reset_leaves_a_clone_in_the_tree(tree: Worktree, clone: Clone) -> None:
    """A repository that somebody cloned into the tree cannot be kept, so it stays."""
    git(tree.path, "clone", "--quiet", str(clone.origin), "nested")
    tree.reset(tree.head())
    assert (tree.path / "nested").exists()


@dataclass(slots=True)
class ReadingClock(FakeClock):
    """A clock on which looking takes a while: a hundredth of a second."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        self.elapsed += 0.01
        return self.elapsed


def test_limit_without_a_pause_is_no_storm(
    journal: Journal, journal_file: Path, site: Site
) -> None:
    """A 429 that asks for no pause is not answered by hundreds of requests."""
    clock = ReadingClock()
    site.answers("/hook", json_reply({"retry_after": 0}, 429))
    journal.tell(None, Notice("one", is_alert=True))
    discord = Discord(Http(through_proxy=False), f"{site.url}/hook")
    Outbox(journal_file, journal_file.with_name("lock"), discord, clock).flush()
    assert len(site.requests) <= 20
