"""documentation.yml, executed by the real act: real Sphinx, real ghp-import, a push."""

import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.workflows.test_executed import ROOT, Site, site

__all__ = ["site"]
pytestmark = pytest.mark.act
# Real scripts in this test's own environment: only installing it anew is spared.
RUN = f"""#!/bin/sh
echo "run $*" >>"$HOME/calls"
shift
exec {sys.executable} 70_scripts/docs.py "$@"
"""
WORKFLOW, OTHER = "documentation.yml", "cd-preprod.yml"
CONF = 'project = "Pages"\nexclude_patterns = ["build"]\n'
PAGE = "Pages\n=====\n\nHello.\n"
CODE = "10_preprod/src/app.py"


@pytest.fixture
def pages(site: Site) -> Site:
    """Give a clone with a small documentation, which is published already."""
    scripts, source = site.clone / "70_scripts", site.clone / "90_doc/source"
    hidden = shutil.ignore_patterns("__pycache__", "rehearsal", "run*")
    shutil.copytree(ROOT / "70_scripts", scripts, ignore=hidden, dirs_exist_ok=True)
    (scripts / "run").write_text(RUN)
    shutil.copy(ROOT / "pipeline.yml", site.clone)
    for file in (site.clone / ".github/workflows").glob("*.yml"):
        if file.name not in (WORKFLOW, OTHER):
            file.unlink()
    source.mkdir(parents=True)
    write(site, "90_doc/source/conf.py", CONF)
    write(site, "90_doc/source/index.rst", PAGE)
    run = site.run(site.push(), WORKFLOW)
    assert run.conclusion == "success", site.calls()
    return site


def write(site: Site, file: str, text: str) -> None:
    """Write a file of the clone, for the next push."""
    path: Path = site.clone / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    site.git("add", "--all")


def published(site: Site, file: str) -> str:
    """Return a file of origin's gh-pages."""
    site.git("fetch", "--quiet", "--force", "origin", "gh-pages:gh-pages")
    return site.git("show", f"gh-pages:{file}")


def test_a_push_that_touches_pages_publishes_them(pages: Site) -> None:
    """The built pages are the only commit of gh-pages, Jekyll is off, no CD waits."""
    assert "Hello." in published(pages, "index.html")
    write(pages, "90_doc/source/index.rst", PAGE.replace("Hello", "Good morning"))
    sha = pages.push()
    assert pages.run(sha, WORKFLOW).conclusion == "success"
    assert "Good morning." in published(pages, "index.html")
    assert published(pages, ".nojekyll") == ""
    assert pages.git("rev-list", "--count", "gh-pages") == "1"
    assert pages.git("log", "-1", "--format=%s", "gh-pages").endswith(sha[:7])


def test_a_push_of_other_things_starts_nothing(pages: Site) -> None:
    """A change of the app alone builds no pages."""
    before = published(pages, "index.html")
    write(pages, CODE, "N = 1\n")
    sha = pages.push()
    pages.run(sha, OTHER)
    assert pages.github.runs(sha, WORKFLOW) == []
    assert published(pages, "index.html") == before


def test_a_warning_publishes_nothing_and_is_told(pages: Site) -> None:
    """A dead link is a red run, the pages stay, and Discord hears of it."""
    write(pages, "90_doc/source/index.rst", PAGE + "\n:doc:`nowhere`\n")
    run = pages.run(pages.push(), WORKFLOW)
    ends = {"Build and publish": "failure", "Tell of the failure": "success"}
    assert pages.conclusions(run) == ends
    assert "nowhere" not in published(pages, "index.html")
    assert "run notify --from-job ❌ Documentation failed" in pages.calls()
    webhooks = (pages.home / "webhooks").read_text().split()
    assert webhooks == [], "the commit that failed was given the secret"


def test_it_is_apart_from_deployments() -> None:
    """It shares no concurrency group, and one job alone may write, to contents."""
    files = (ROOT / ".github/workflows").glob("*.yml")
    flows = {file.name: yaml.safe_load(file.read_text()) for file in files}
    flow = flows[WORKFLOW]
    group = flow["jobs"]["publish"]["concurrency"]["group"]
    assert "run_id" in flow["concurrency"]["group"], "a job for a dead VM would hold it"
    others = [flow for name, flow in flows.items() if name != WORKFLOW]
    assert group not in [flow["concurrency"]["group"] for flow in others]
    jobs = flows[WORKFLOW]["jobs"]
    assert jobs["publish"]["permissions"] == {"contents": "write"}
    assert jobs["tell"]["permissions"] == {}
    given = [step for step in jobs["publish"]["steps"] if "env" in step]
    assert [step["name"] for step in given] == ["Push to gh-pages"]
