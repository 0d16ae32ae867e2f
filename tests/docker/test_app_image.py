"""The app in its container: real engine, real Compose, a VM's layout."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import DRAWN, PAGES
from tests.docker.conftest import Preprod, run, until, visited

pytestmark = pytest.mark.docker

TITLE = "page_title.py"
SCRIPT_HEALTH = "/_stcore/script-health-check"


@pytest.fixture
def good(preprod: Preprod) -> Iterator[str]:
    """Yield the SHA that preprod serves in good health, and go back to it."""
    sha = preprod.served_sha()
    yield sha
    preprod.reset(sha)
    preprod.restart()


def renamed(module: bytes) -> bytes:
    """Return the module with another title."""
    return module.replace(b"Mangetamain Analytics", b"Mangetamain Renamed")


def broken(file: bytes) -> bytes:
    """Return what is neither Python nor Parquet."""
    return file[:100] + b"\ndef (:\n"


def test_the_container_says_what_it_serves(preprod: Preprod) -> None:
    """Health carries the worktree's commit and the environment; the HTML the name."""
    report = json.loads(preprod.fetch("/_stcore/health")[1])
    head = run("git", "-C", str(preprod.worktree), "rev-parse", "HEAD")
    assert (report["status"], report["sha"]) == ("ok", head)
    assert report["environment"] == "preprod"
    assert "<title>Mangetamain Analytics</title>" in preprod.fetch("/")[1]
    assert preprod.fetch(SCRIPT_HEALTH) == (200, "ok")


def test_a_reset_alone_changes_nothing_that_is_served(
    preprod: Preprod, good: str
) -> None:
    """What every visit reads can be broken in the worktree, and nobody notices."""
    preprod.reset(preprod.commit("sample/recipes.parquet", broken))
    assert preprod.served_sha() == good
    assert preprod.fetch(SCRIPT_HEALTH) == (200, "ok")


def test_a_restart_serves_the_new_commit(preprod: Preprod, good: str) -> None:
    """After reset and restart, version and source are both the new ones."""
    new = preprod.commit(TITLE, renamed)
    preprod.reset(new)
    preprod.restart()
    assert preprod.served_sha() == new != good
    assert "<title>Mangetamain Renamed</title>" in preprod.fetch("/")[1]


def test_a_broken_script_is_seen_by_the_script_check_only(
    preprod: Preprod, good: str
) -> None:
    """A syntax error leaves health at 200, which is why the gate asks for more."""
    sha = preprod.commit("main.py", broken)
    preprod.reset(sha)
    preprod.restart()
    assert preprod.fetch(SCRIPT_HEALTH)[0] == 503
    assert preprod.fetch("/_stcore/health")[0] == 200
    assert preprod.served_sha() == sha


def test_the_process_has_no_rights_to_spare(preprod: Preprod) -> None:
    """The app is process 1, not root, without capabilities, on a read-only disk."""
    look = """
import os
status = dict(line.split(":", 1) for line in open("/proc/1/status"))
print(status["Uid"].split()[0], int(status["CapEff"], 16), status["NoNewPrivs"].strip())
print(b"streamlit" in open("/proc/1/cmdline", "rb").read())
print([path for path in ("/", "/app", "/app/tree", "/app/head") if os.access(path, 2)])
"""
    seen = run("docker", "exec", preprod.container, "python", "-c", look)
    assert seen.splitlines() == ["10001 0 1", "True", "[]"]


def test_nothing_of_the_callers_environment_gets_in(preprod: Preprod) -> None:
    """A secret in the shell that runs Compose does not reach the container."""
    preprod.compose("up", "--detach", "--force-recreate", DISCORD_WEBHOOK_URL="hush")
    preprod.await_answer()
    described = run("docker", "inspect", preprod.container)
    assert "hush" not in described


def test_the_healthcheck_of_the_image_turns_green(preprod: Preprod) -> None:
    """Compose's own health check reaches the script check inside the container."""
    state = ("docker", "inspect", "-f", "{{.State.Health.Status}}", preprod.container)
    until(lambda: run(*state) == "healthy")


def test_stopping_is_heard(preprod: Preprod) -> None:
    """The app ends on SIGTERM by itself; it need not be killed."""
    preprod.compose("stop")
    code = run("docker", "inspect", "-f", "{{.State.ExitCode}}", preprod.container)
    preprod.compose("start")
    preprod.await_answer()
    assert code == "0"


@pytest.mark.parametrize("variable", ["PREPROD_TREE", "PREPROD_HEAD_DIR"])
def test_a_missing_mount_is_refused(
    preprod: Preprod, variable: str, tmp_path: Path
) -> None:
    """Compose fails, and creates no directory where the worktree should be."""
    missing = tmp_path / "missing"
    project = f"{preprod.environment['PREPROD_PROJECT']}-refused"
    other = Preprod(
        preprod.root,
        {**preprod.environment, "PREPROD_PROJECT": project, variable: str(missing)},
    )
    output = other.compose("up", "--detach", "--no-build", is_checked=False)
    started = run("docker", "ps", "-q", "-f", f"name={project}")
    other.compose("down", is_checked=False)
    assert "does not exist" in output
    assert not started and not missing.exists()


@pytest.mark.parametrize(
    ("name", "worktree", "port"),
    [("preprod", "10_preprod", "8500"), ("prod", "20_prod", "8501")],
)
def test_without_variables_the_defaults_fit_the_vm(
    vm: Path, name: str, worktree: str, port: str
) -> None:
    """Typed by hand through the link, Compose means the VM's own environment."""
    file = str(vm / f"30_docker/docker-compose-{name}.yml")
    parsed = json.loads(run("docker-compose", "-f", file, "config", "--format", "json"))
    app = parsed["services"]["app"]
    assert (parsed["name"], app["image"]) == (
        f"mangetamain-{name}",
        f"mangetamain-app:{name}",
    )
    assert app["build"]["context"] == str(vm / worktree)
    assert app["build"]["args"] == {"BASE_IMAGE": "python:3.13.7-slim"}
    head = vm / ".pipeline/repo.git/worktrees" / worktree
    assert [mount["source"] for mount in app["volumes"]] == [
        *(str(vm / worktree), str(head))
    ]
    assert (head / "HEAD").is_file()
    (published,) = app["ports"]
    assert (published["host_ip"], published["published"]) == ("127.0.0.1", port)
    assert list(parsed["networks"]) == [name]


@pytest.mark.browser
def test_a_visitor_sees_the_page(preprod: Preprod, tmp_path: Path) -> None:
    """A browser shows chart, text and version, and a filter changes them."""
    with visited(preprod, "/seasonality") as page:
        bars = page.locator(".js-plotly-plot .bars .point")
        expect(bars).to_have_count(12)
        expect(page.get_by_text("Cooks publish most in")).to_be_visible()
        badge = f"PREPROD · {preprod.served_sha()[:7]}"
        expect(page.get_by_text(badge)).to_be_visible()
        page.get_by_role("button", name="barbecue").click()
        expect(page.get_by_text("9,000")).not_to_be_visible()
        page.screenshot(path=tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 10_000


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_every_page_comes_from_the_image(
    preprod: Preprod, name: str, tmp_path: Path
) -> None:
    """What the container serves is drawn, and read in words."""
    title, charts, sentence = PAGES[name]
    with visited(preprod, "/") as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.locator(DRAWN)).to_have_count(charts)
        expect(page.get_by_text(sentence).first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    assert (tmp_path / f"{name}.png").stat().st_size > 20_000
