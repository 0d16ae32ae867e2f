"""What this GitHub decides, compared with GitHub's own libraries, where there are any.

They are npm's @actions/expressions and @actions/workflow-parser. Neither matches filter
patterns: of these there are two implementations here, which are compared.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pipeline.core.workflow_filter import why_not_started
from pipeline.effects.account import cache_folder
from rehearsal.github.expressions import ExpressionError, evaluate
from rehearsal.github.values import shown
from rehearsal.github.parsing import listed, parse_workflow
from rehearsal.github.triggers import is_selected, is_started_by_push
from rehearsal.github.workflow import WorkflowError

HERE = Path(__file__).parent / "oracle"
FILES = ("package.json", "package-lock.json", "oracle.mjs")
FILTERS = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "types")
Ask = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

CONTEXTS = {
    "github": {
        "ref": "refs/heads/main",
        "ref_name": "Main",
        "event_name": "push",
        "run_id": "77",
        "event": {"number": 7, "forced": False, "pull": {"title": "a {0} b"}},
        "nothing": None,
    },
    "inputs": {"dry-run": True, "count": 1, "empty": ""},
}
OPERANDS = (
    *("'a'", "'A'", "''", "'1'", "' 1 '", "'0x10'", "'true'", "'it''s'", "'1e3'"),
    *("0", "1", "-1", "16", ".5", "1.50", "1e3", "0x10", "true", "false", "null"),
    *("github.ref_name", "'MAIN'", "github.event.number", "github.event.forced"),
    *("github.event.pull", "github.nothing", "github.none.at.all", "github.run_id"),
    *("GitHub.Event_Name", "inputs.dry-run", "inputs.count", "inputs.empty"),
)
EXPRESSIONS = (
    *(f"{a} {sign} {b}" for a, b in product(OPERANDS, OPERANDS) for sign in ("==",)),
    *(
        f"{a} {sign} {b}"
        for a in OPERANDS
        for b in OPERANDS[::5]
        for sign in "!=".split()
    ),
    *(f"{a} && {b}" for a in OPERANDS for b in OPERANDS[::4]),
    *(f"{a} || {b}" for a in OPERANDS for b in OPERANDS[::4]),
    *(f"!{a}" for a in OPERANDS),
    *(f"format('<{{0}}>', {a})" for a in OPERANDS),
    "github.event_name == 'push' && 'preprod' || format('preprod-{0}', github.run_id)",
    "(github.ref == 'x' || inputs.dry-run) && !inputs.empty",
    "true && false || true && !false",
    "FORMAT('{0}{{0}}{1}', 'a', 2)",
    "format('{0}', github.event.pull.title)",
    *("format('{1}', 'a')", "format('{')", "format('}')", "format('{x}', 1)"),
    *("nowhere.at.all", "secret", "1 ==", "(1", "'open", "a b", "", "!", "1 1", "TRUE"),
)
HEADS = (
    *("push", "[push, pull_request]", "{push: }", "{push: {branches: main}}"),
    "{push: {branches: [main, 'v*'], paths: ['a/**'], tags: v1}, workflow_dispatch: }",
    "{push: {branches-ignore: [x]}, pull_request: {types: [opened], branches: [main]}}",
    "{workflow_run: {workflows: [CI], types: [completed], branches: [main]}}",
    *("{schedule: [{cron: '0 5 * * 1'}], push: }", "{}", "[]", "''", "7"),
    *("pusch", "[push, pusch]", "{release: {types: [published]}}", "merge_group"),
)
JOB = "{a: {runs-on: x, steps: [{run: date}]}}"
JOBS = (
    JOB,
    f"{JOB[:-1]}, b: {{needs: a, runs-on: [x, y], steps: [{{run: b}}]}}}}",
    "{a: {runs-on: x, needs: [b], steps: [{run: date}]}}",
    "{a: {needs: b, runs-on: x, steps: []}, b: {needs: a, runs-on: x, steps: []}}",
    *(
        "{a: {steps: [{run: date}]}}",
        "{}",
        "[]",
        "{a: 1}",
        "{a: {runs-on: x, steps: [1]}}",
    ),
)
WORKFLOWS = (
    *(f"on: {head}\njobs: {JOB}" for head in HEADS),
    *(f"on: push\njobs: {jobs}" for jobs in JOBS),
    *("jobs: " + JOB, "on: push", "- a", "", "on: push\njobs: {a: [", "a: b"),
)


@pytest.fixture(scope="module")
def oracle() -> Ask:
    """Return a function that has GitHub's libraries answer many cases at once."""
    if not shutil.which("npm"):
        pytest.skip("there is no npm command")
    content = b"".join((HERE / name).read_bytes() for name in FILES)
    name = f"oracle-{hashlib.sha256(content).hexdigest()[:16]}"
    place = cache_folder() / "mangetamain-cicd" / name
    if not place.exists():
        _install(place)

    def ask(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        argv, given = ("node", "oracle.mjs"), json.dumps(cases)
        done = subprocess.run(
            argv, cwd=place, input=given, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    return ask


def _install(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(dir=place.parent))
    for name in FILES:
        shutil.copy(HERE / name, made)
    argv = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    env = {
        "HOME": str(made),
        **os.environ,
    }  # npm asks for one, also where there is none.
    done = subprocess.run(
        argv, cwd=made, env=env, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    try:
        made.rename(place)
    except OSError:
        shutil.rmtree(made)  # Another process was quicker.


def _ours(text: str) -> tuple[str, object]:
    try:
        return "value", shown(evaluate(text, CONTEXTS))
    except ExpressionError:
        return "error", None


@pytest.mark.timeout(300)
def test_expressions_have_githubs_values(oracle: Ask) -> None:
    """Values, their truth and their text; what is wrong there is wrong here."""
    told = oracle(
        [
            {"kind": "expression", "text": text, "contexts": CONTEXTS}
            for text in EXPRESSIONS
        ]
    )
    theirs = [
        ("error", None) if "error" in one else ("value", one["text"]) for one in told
    ]
    ours = map(_ours, EXPRESSIONS)
    differences = [
        f"{text}: ours {own}, theirs {other}"
        for text, own, other in zip(EXPRESSIONS, ours, theirs, strict=True)
        if own != other
    ]
    assert not differences, "\n".join(differences)


def _read(text: str) -> dict[str, Any] | None:
    try:
        found = parse_workflow("ci.yml", text).triggers
    except WorkflowError:
        return None
    return {event: _filters(one) for event, one in found.items()}


def _filters(one: object) -> dict[str, list[str]]:
    known = one if isinstance(one, dict) else {}
    return {name: list(listed(known[name])) for name in FILTERS if known.get(name)}


@pytest.mark.timeout(300)
def test_workflow_files_are_read_as_github_reads_them(oracle: Ask) -> None:
    """The same files are refused, and the same filters are found in the others."""
    told = oracle([{"kind": "workflow", "text": text} for text in WORKFLOWS])
    differences = []
    for text, answer in zip(WORKFLOWS, told, strict=True):
        events = answer.get("events")
        theirs = None
        if events is not None:
            theirs = {event: _filters(one) for event, one in events.items()}
        if _read(text) != theirs:
            differences.append(f"{text}\n  ours {_read(text)}, theirs {answer}")
    assert not differences, "\n".join(differences)


NAMES = st.text("ab/.-_v12", min_size=1, max_size=8)
PATTERNS = st.lists(
    st.lists(
        st.sampled_from(["a", "b", "/", ".", "*", "**", "**/", "v", "[12]", "?", "+"]),
        min_size=1,
        max_size=5,
    ).map("".join),
    min_size=1,
    max_size=3,
)


@given(NAMES, PATTERNS, st.integers(0, 7))
def test_two_readings_of_a_filter_agree(
    name: str, patterns: list[str], negated: int
) -> None:
    """The pipeline's and this GitHub's agree on branches and on paths."""
    wanted = [("!" * (negated >> n & 1)) + one for n, one in enumerate(patterns)]
    # What repeats nothing: the documentation does not say what that means.
    assume(not any(re.search(r"(?:^!?|[*/?+])[?+]", one) for one in wanted))
    for key in ("branches", "paths"):
        triggers = {"push": {key: wanted}}
        text = json.dumps({"on": triggers, "jobs": {"a": {"runs-on": "x"}}})
        branch, changed = (name, ["x"]) if key == "branches" else ("main", [name])
        starts = is_started_by_push(
            parse_workflow("ci.yml", text), f"refs/heads/{branch}", changed
        )
        assert starts is not bool(why_not_started(triggers, branch, changed))
    assert is_selected(name, wanted) is starts
