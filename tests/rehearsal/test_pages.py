"""The pages of the loopback services, as a browser gets them."""

import re

import httpx
import pytest
from rehearsal.discord import DiscordServer
from rehearsal.discord.channel_page import rendered
from rehearsal.github import GitHubServer, ScriptedRun

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> & {{7*7}}"
ACTIONS = "/team/app/actions"


def page(url: str) -> str:
    """Return a page's HTML, which must forbid scripts and ask for nothing elsewhere."""
    answer = httpx.get(url, follow_redirects=True)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not re.search(r"<(script|img|link|iframe)", answer.text)
    return answer.text


def test_the_channel_shows_what_was_posted(discord: DiscordServer) -> None:
    """Posts come in order, an edit in its place; links can be followed."""
    url = discord.webhook_url
    link = "https://example.invalid/actions/runs/1?a=1&b=2"
    for content in ("first", f"**second** <{link}>"):
        posted = httpx.post(f"{url}?wait=true", json={"content": content}).json()
    assert "(edited)" not in page(discord.url)
    edit = {"content": f"**changed** <{link}>"}
    httpx.patch(f"{url}/messages/{posted['id']}", json=edit)
    shown = page(discord.url)
    assert shown.index("first") < shown.index("<strong>changed</strong>")
    assert "second" not in shown and "(edited)" in shown
    assert f'<a href="{link.replace("&", "&amp;")}"' in shown


def test_hostile_text_is_text_in_the_channel(discord: DiscordServer) -> None:
    """Nothing that is posted becomes markup of the page."""
    httpx.post(discord.webhook_url, json={"content": f"**{HOSTILE}** `{HOSTILE}`"})
    shown = page(discord.url)
    assert "&lt;script&gt;" in shown and "<script" not in shown


@pytest.mark.parametrize(
    ("content", "html"),
    [
        (r"a\_b \*c\* \<x\>", "a_b *c* &lt;x&gt;"),
        ("**a `b` c**", "<strong>a <code>b</code> c</strong>"),
        ("```\na < b\n```", "<pre>a &lt; b\n</pre>"),
        ("@everyone <@12>", "<mark>@everyone</mark> <mark>&lt;@12&gt;</mark>"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("** unclosed `", "** unclosed `"),
    ],
)
def test_discords_signs_are_shown_as_discord_shows_them(
    content: str, html: str
) -> None:
    """Escapes, bold, code and mentions; whatever else looks like a sign is none."""
    assert rendered(content) == html


def test_a_run_has_a_page_with_its_log(quiet_github: GitHubServer) -> None:
    """From the list to the run: jobs and logs, open where a job failed."""
    jobs = {"Quality": "success", HOSTILE: "failure"}
    logs = {"Quality": "all is well", HOSTILE: f"it broke\n{HOSTILE}"}
    run = ScriptedRun("a" * 40, "failure", jobs=jobs, logs=logs)
    (made,) = quiet_github.script_runs(run)
    listed = page(quiet_github.url)
    (link,) = re.findall(r"href='([^']+/runs/\d+)'", listed)
    assert link == f"{quiet_github.url}{ACTIONS}/runs/{made.id}"
    shown = page(link)
    assert "all is well" in shown and "it broke" in shown
    assert shown.count("<details") == 2 and shown.count("<details open") == 1
    assert "&lt;script&gt;" in shown
    assert "refresh" in listed and "refresh" not in shown, "an open log stays open"
    job, *_ = quiet_github.jobs(made)
    assert page(f"{link}/job/{job.id}") == shown


def test_the_pages_cost_nobody_a_request(quiet_github: GitHubServer) -> None:
    """People who look do not use up what the pipeline may ask."""
    assert "Nothing ran yet" in page(quiet_github.url)
    assert httpx.get(f"{quiet_github.url}{ACTIONS}/runs/1").status_code == 404
    assert quiet_github.limits.of(None).used == 0
