"""The workflows' reference: purpose, triggers and jobs, read off the files."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = ".github/workflows"
INTRODUCTION = """# Workflows

Each step calls one script, the same that people call. A job on `self-hosted` runs on
the VM, from the validated copy of the scripts; it checks nothing out.
"""
HEADER = "| job | runs on | needs | may | at most |\n|---|---|---|---|---|"


def page(root: Path) -> str:
    """Return the page: a workflow is a section."""
    files = sorted((root / FOLDER).glob("*.yml"))
    return "\n".join((INTRODUCTION, *map(_section, files)))


def purpose_of(text: str) -> str:
    """Return the comments between a workflow's name and its triggers."""
    head = text.partition("\non:")[0]
    words = " ".join(re.findall(r"^# (.+)$", head, re.MULTILINE))
    return f"`{words}`" if words.startswith("gh ") else words


def trigger_words(triggers: Mapping[str, Any]) -> Iterable[str]:
    """Say what starts a workflow."""
    for name, filters in triggers.items():
        if name == "schedule":
            yield "at " + ", ".join(f"`{one['cron']}`" for one in filters)
            continue
        details = [
            f"{key}: {', '.join(f'`{one}`' for one in values)}"
            for key, values in (filters or {}).items()
        ]
        yield " · ".join((f"`{name}`", *details))


def _section(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    triggers = workflow[True]  # YAML 1.1 reads the key `on` so.
    lines = [f"## {workflow['name']}", "", f"`{FOLDER}/{file.name}`", ""]
    if purpose := purpose_of(text):
        lines += [purpose, ""]
    lines += [f"- {words}" for words in trigger_words(triggers)]
    rows = [_row(job, workflow["jobs"]) for job in workflow["jobs"].values()]
    return "\n".join((*lines, "", HEADER, *rows, ""))


def _row(job: Mapping[str, Any], jobs: Mapping[str, Any]) -> str:
    runner = job["runs-on"] if isinstance(job["runs-on"], str) else job["runs-on"][0]
    needs = ", ".join(jobs[key]["name"] for key in _listed(job.get("needs")))
    may = ", ".join(f"{key}: {value}" for key, value in job["permissions"].items())
    limit = f"{job['timeout-minutes']} min"
    name = str(job["name"]).replace("${{ ", "").replace(" }}", "")
    return f"| {name} | {runner} | {needs or '–'} | {may or 'nothing'} | {limit} |"


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []
