"""Settling: every row of the table in the docs, and every small world."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, permutations, product
from pathlib import Path

import pytest
from pipeline.core.settlement import OnNoVerdict, Plan, Situation, decide, outcome_of
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict

from tests.unit.core.settlement_table import (
    ENDS,
    PAGE,
    Case,
    Ending,
    cases,
    endings,
)
from tests.unit.specimens import A, B, C

WORLD = (A, B, C)
ON_A_LINE = frozenset({(A, B), (A, C), (B, C)})
FORKED = frozenset({(A, B), (A, C)})


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_table(case: Case) -> None:
    """What the table in the docs says of a case is what is decided."""
    assert decide(case.situation, case.mode) == case.plan


@pytest.mark.parametrize("ending", endings(), ids=lambda ending: ending.name)
def test_endings(ending: Ending) -> None:
    """A judged deployment ends as the second table says, named for what happened."""
    how = (ending.plan, ending.was_live, ending.verdict, ending.mode)
    seen = outcome_of(A, *how)
    assert seen is ending.outcome


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        PAGE.read_text(encoding="utf-8").replace("| case |", "| what |"),
        PAGE.read_text(encoding="utf-8").replace("| A? |", "| A! |", 1),
        PAGE.read_text(encoding="utf-8").replace("| stays |", "| hovers |", 1),
        PAGE.read_text(encoding="utf-8").replace("| rollback |", "|", 1),
        PAGE.read_text(encoding="utf-8").partition(ENDS)[0],
    ],
    ids=("empty", "no table", "verdict", "word", "short row", "no second table"),
)
def test_a_table_that_cannot_be_read_fails(spoiled: str, tmp_path: Path) -> None:
    """A row, or a table, that the tests cannot read is an error, never skipped."""
    page = tmp_path / "settlement.md"
    page.write_text(spoiled, encoding="utf-8")
    with pytest.raises((ValueError, KeyError)):
        cases(page) + endings(page)


def small_worlds() -> Iterator[tuple[Situation, OnNoVerdict]]:
    """Give every situation of three commits, on one line and force-pushed."""
    orders = [one for length in range(4) for one in permutations(WORLD, length)]
    words = [dict(zip(WORLD, some, strict=True)) for some in product(Verdict, repeat=3)]
    nothing: tuple[Sha, ...] = ()
    subsets = [*chain([nothing], *(combinations(WORLD, n) for n in (1, 2, 3)))]
    for ancestry, away in ((ON_A_LINE, subsets), (FORKED, subsets[:4])):
        for healthy, verdicts, validated in product(orders, words, (None, *WORLD)):
            for live, gone in product({None, validated, *healthy}, away):
                yield (
                    Situation(
                        live, validated, healthy, verdicts, ancestry, frozenset(gone)
                    ),
                    OnNoVerdict.ROLLBACK,
                )
                if Verdict.NONE in verdicts.values() and not gone:
                    yield (
                        Situation(live, validated, healthy, verdicts, ancestry),
                        OnNoVerdict.KEEP,
                    )


def test_small_worlds() -> None:
    """In every world of three commits the rules hold, whatever led there."""
    count = 0
    for situation, mode in small_worlds():
        plan = decide(situation, mode)
        broken = [rule for rule in RULES if not RULES[rule](situation, mode, plan)]
        assert not broken, (broken, situation, mode, plan)
        count += 1
    assert count > 100_000


def _only_forward(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """The pointer moves to passed and healthy ones, never back, never away."""
    if plan.validated == known.validated:
        return True
    return (
        plan.validated in known.healthy
        and known.verdict(plan.validated) is Verdict.PASSED
        and (plan.validated, known.validated) not in known.ancestry
    )


def _points_at_the_newest(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """No good one contains what the pointer stands at afterwards."""
    passed = {sha for sha in known.healthy if known.verdict(sha) is Verdict.PASSED}
    passed -= known.withdrawn
    return not any((plan.validated, sha) in known.ancestry for sha in passed)


def _only_good_ones(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """What is put up was healthy and passed, or validated, and nobody withdrew it."""
    serve = plan.serve
    is_proven = serve in known.healthy and known.verdict(serve) is Verdict.PASSED
    is_good = is_proven or serve == known.validated
    return serve is None or (is_good and serve not in known.withdrawn)


def _awaited_ones_stay(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """What serves and awaits its verdict is left alone; so is what is not known."""
    live = known.live
    is_awaited = live is None or known.verdict(live) is Verdict.PENDING
    if not is_awaited or (live and live == known.validated):
        return True
    return plan.serve is None and not plan.is_stranded


def _never_back_from_good(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """What is good is not replaced by its ancestor, unless a person withdrew it."""
    live = known.live
    is_good = live is not None and known.verdict(live) is Verdict.PASSED
    if not is_good or live not in known.healthy or live in known.withdrawn:
        return True
    return (plan.serve, live) not in known.ancestry


def _failed_ones_go(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """What failed, and was not validated before, does not stay."""
    live = known.live
    if live is None or live == known.validated:
        return True
    is_failed = known.verdict(live) is Verdict.FAILED
    return not is_failed or plan.serve is not None or plan.is_stranded


def _deciding_twice_is_once(known: Situation, mode: OnNoVerdict, plan: Plan) -> bool:
    """After the plan was carried out nothing is left to do."""
    after = replace(known, validated=plan.validated, live=plan.serve or known.live)
    again = decide(after, mode)
    return again == Plan(plan.validated, is_stranded=plan.is_stranded)


RULES = {
    rule.__name__: rule
    for rule in (
        _only_forward,
        _points_at_the_newest,
        _only_good_ones,
        _awaited_ones_stay,
        _never_back_from_good,
        _failed_ones_go,
        _deciding_twice_is_once,
    )
}
