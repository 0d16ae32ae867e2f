"""GitHub's rules that need neither a server nor act."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal.github.expressions import ExpressionError, evaluate, interpolate
from rehearsal.github.parsing import parse_workflow
from rehearsal.github.rewriting import reduced
from rehearsal.github.runs import Job, run_conclusion
from rehearsal.github.stand_ins import ACTIONS, local_repositories
from rehearsal.github.triggers import (
    is_selected,
    is_skipped_by,
    is_started_by_push,
)
from rehearsal.github.turns import Decision, Group, Turns
from rehearsal.github.workflow import EnvironmentPlan, Workflow, WorkflowError


def workflow(head: str, uses: str = "actions/checkout@v7") -> Workflow:
    """Return a workflow with this head."""
    job = f"jobs: {{a: {{runs-on: x, steps: [{{uses: {uses}}}]}}}}"
    return parse_workflow(".github/workflows/ci.yml", f"{head}\n{job}")


@pytest.mark.parametrize(
    ("patterns", "name", "is_match"),
    [
        (["main"], "main", True),
        (["main"], "maintenance", False),
        (["*"], "feature/x", False),
        (["**"], "feature/x", True),
        (["releases/**-alpha"], "releases/a/b-alpha", True),
        (["v[12].[0-9]+.[0-9]+"], "v1.10.1", True),
        (["v[12].[0-9]+.[0-9]+"], "v3.1.1", False),
        (["*.jsx?"], "page.js", True),
        (["*.jsx?"], "page.jsx", True),
        (["**.js"], "a/b/c.js", True),
        (["docs/**"], "docs/a/b.md", True),
        (["docs/*"], "docs/a/b.md", False),
        (["**/docs/**"], "docs/b.md", True),
        (["**/README.md"], "README.md", True),
        (["*.md", "!README.md"], "README.md", False),
        (["!README.md", "*.md"], "README.md", True),
        (["a.c"], "abc", False),
        ([], "main", False),
    ],
)
def test_patterns_match_as_in_githubs_table(
    patterns: list[str], name: str, is_match: bool
) -> None:
    """The last pattern that matches decides."""
    assert is_selected(name, patterns) is is_match


@pytest.mark.parametrize(
    ("head", "ref", "changed", "starts"),
    [
        ("on: push", "refs/heads/main", [], True),
        ("on: [pull_request]", "refs/heads/main", [], False),
        ("on: {push: {branches: [main]}}", "refs/heads/main", [], True),
        ("on: {push: {branches: [main]}}", "refs/heads/dev", [], False),
        ("on: {push: {branches: [main]}}", "refs/tags/v1", [], False),
        ("on: {push: {tags: ['v*']}}", "refs/tags/v1", [], True),
        ("on: {push: {tags: ['v*']}}", "refs/heads/main", [], False),
        ("on: {push: {branches-ignore: ['d*']}}", "refs/heads/dev", [], False),
        ("on: {push: {paths: ['src/**']}}", "refs/heads/main", ["src/a"], True),
        ("on: {push: {paths: ['src/**']}}", "refs/heads/main", ["a"], False),
        ("on: {push: {paths-ignore: ['*.md']}}", "refs/heads/main", ["a.md"], False),
        ("on: {push: {paths-ignore: ['*.md']}}", "refs/heads/main", ["a.md", "b"], 1),
        ("on: {push: {paths: ['src/**']}}", "refs/tags/v1", ["a"], True),
    ],
)
def test_push_filters(head: str, ref: str, changed: list[str], starts: bool) -> None:
    """Branches, tags and paths decide together."""
    assert is_started_by_push(workflow(head), ref, changed) is bool(starts)


@pytest.mark.parametrize("word", ["skip ci", "ci skip", "no ci", "skip actions"])
def test_words_that_start_nothing(word: str) -> None:
    """A bracketed request anywhere in the message is heeded."""
    assert is_skipped_by(f"fix: typo\n\nplease [{word}] thanks")
    assert not is_skipped_by(f"fix: {word}")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.ref", "refs/heads/main"),
        ("inputs.environment || github.ref_name", "main"),
        ("github.ref == 'REFS/heads/main' && 'same' || 'other'", "same"),
        ("!(github.ref_name != 'main')", True),
        ("github.nothing.at.all", None),
        ("format('{0}-{1}', github.ref_name, 'it''s')", "main-it's"),
    ],
)
def test_expressions(expression: str, value: object) -> None:
    """The few expressions that are read before any runner starts."""
    github = {"ref": "refs/heads/main", "ref_name": "main"}
    assert evaluate(expression, {"github": github, "inputs": {}}) == value


def test_an_expression_beyond_it_is_an_error() -> None:
    """What cannot be evaluated is never guessed."""
    with pytest.raises(ExpressionError):
        interpolate("${{ hashFiles('x') }}", {})


def test_act_gets_no_key_that_it_refuses() -> None:
    """What this GitHub plays itself is left out; everything else keeps its line."""
    text = (
        "on: push\nconcurrency:\n  group: g\n  queue: max\njobs:\n  a:\n"
        "    environment:\n      name: prod\n      deployment: false\n"
        "    runs-on: x\n    concurrency: g\n    steps: [{run: date}]\n"
    )
    kept = [line for line in reduced(text).splitlines() if line]
    assert kept == [
        "on: push",
        "jobs:",
        "  a:",
        "    runs-on: x",
        "    steps: [{run: date}]",
    ]
    assert reduced(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("environment", "plan"),
    [
        ("prod", EnvironmentPlan("prod")),
        ("{name: prod}", EnvironmentPlan("prod")),
        ("{name: prod, deployment: false}", EnvironmentPlan("prod", False)),
        ("''", None),
    ],
)
def test_environments_are_read(environment: str, plan: EnvironmentPlan | None) -> None:
    """A job may name one, and say that it is no deployment."""
    job = f"{{runs-on: x, environment: {environment}, steps: []}}"
    text = f"on: push\njobs: {{a: {job}}}"
    assert parse_workflow("ci.yml", text).jobs[0].environment == plan


def test_turns_one_runs_one_waits() -> None:
    """A newer run takes the waiting one's place, and starts when its turn comes."""
    turns, group = Turns(), (Group("Deploy"),)
    assert turns.enter(1, group) == Decision(start=(1,))
    assert turns.enter(2, (Group("deploy"),)) == Decision()
    assert turns.enter(3, group) == Decision(drop=(2,))
    assert turns.enter(4, ()) == Decision(start=(4,))
    assert turns.leave(1) == Decision(start=(3,))


def test_turns_can_keep_all_or_interrupt() -> None:
    """`queue: max` drops nobody; `cancel-in-progress` interrupts."""
    turns, patient = Turns(), (Group("g", keeps_all=True),)
    for number in range(4):
        assert not turns.enter(number, patient).drop
    assert [turns.leave(number).start for number in range(3)] == [(1,), (2,), (3,)]
    hasty = (Group("g", cancels_running=True),)
    assert turns.enter(9, hasty) == Decision(interrupt=(3,))


@pytest.mark.parametrize(
    ("conclusions", "whole"),
    [
        (["success", "skipped"], "success"),
        (["skipped", "skipped"], "skipped"),
        (["success", "failure", "cancelled"], "failure"),
        (["success", "cancelled"], "cancelled"),
    ],
)
def test_the_worst_job_decides(conclusions: list[str], whole: str) -> None:
    """A run's conclusion follows from its jobs'."""
    jobs = [
        Job(n, 1, 1, "k", "k", (), 0.0, conclusion=conclusion)
        for n, conclusion in enumerate(conclusions)
    ]
    assert run_conclusion(jobs) == whole


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["on", "push", "jobs", "a", "steps", "runs-on", "needs", "run"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(NODES)
def test_a_file_is_read_or_refused(content: object) -> None:
    """Whatever a workflow file holds, reading it ends in a value or one error."""
    try:
        found = parse_workflow("ci.yml", yaml.safe_dump(content))
    except WorkflowError:
        return
    is_started_by_push(found, "refs/heads/main", ["a"])


def test_every_action_has_a_stand_in_or_is_named() -> None:
    """A published action maps to a directory that is there; others are refused."""
    (mapped,) = local_repositories(workflow("on: push"))
    assert mapped == f"actions/checkout@v7={ACTIONS / 'checkout'}"
    assert (ACTIONS / "checkout" / "action.yml").is_file()
    with pytest.raises(WorkflowError, match="some/thing@v1"):
        local_repositories(workflow("on: push", "some/thing@v1"))
