"""Settling: what holds for every history, verdict and order of verdicts."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as some
from pipeline.core.settlement import OnNoVerdict, Situation, decide
from pipeline.core.sha import Sha
from pipeline.core.verdict import Verdict

FINAL = (Verdict.PASSED, Verdict.FAILED, Verdict.NONE)


@dataclass(frozen=True, slots=True)
class History:
    """What was deployed, and the verdicts that come in, in the order they come."""

    start: Situation
    arrivals: tuple[tuple[Sha, Verdict], ...]
    mode: OnNoVerdict


def sha_of(number: int) -> Sha:
    """Return the commit of that number."""
    return Sha(f"{number:040x}")


@some.composite
def histories(draw: some.DrawFn) -> History:
    """Draw commits on lines that share a root or nothing, each deployed once.

    A line stands for what a force-push left; a later line is deployed later.
    """
    lengths = draw(some.lists(some.integers(1, 3), min_size=1, max_size=3))
    numbers = iter(range(1, 100))
    lines = [[sha_of(next(numbers)) for _ in range(length)] for length in lengths]
    ancestry = frozenset(
        (older, newer)
        for line in lines
        for place, newer in enumerate(line)
        for older in line[:place]
    )
    healthy = tuple(sha for line in lines for sha in line)
    validated = draw(some.sampled_from([None, healthy[0]]))
    judged = [sha for sha in healthy if sha != validated]
    verdicts = {sha: draw(some.sampled_from(FINAL)) for sha in judged}
    arrivals = tuple((sha, verdicts[sha]) for sha in draw(some.permutations(judged)))
    start = Situation(healthy[-1], validated, healthy, {}, ancestry)
    return History(start, arrivals, draw(some.sampled_from(OnNoVerdict)))


def settle(
    situation: Situation, sha: Sha, verdict: Verdict, mode: OnNoVerdict
) -> Situation:
    """Carry out what a verdict leads to, as if every change went well."""
    judged = replace(situation, verdicts={**situation.verdicts, sha: verdict})
    plan = decide(judged, mode)
    return replace(judged, validated=plan.validated, live=plan.serve or judged.live)


@given(histories())
def test_pointer_only_moves_forward(history: History) -> None:
    """The pointer moves to passed commits only, and never to an ancestor of itself."""
    seen = history.start
    for sha, verdict in history.arrivals:
        before, seen = seen, settle(seen, sha, verdict, history.mode)
        if seen.validated != before.validated:
            assert seen.validated is not None
            assert seen.verdict(seen.validated) is Verdict.PASSED
            assert (seen.validated, before.validated) not in seen.ancestry


@given(histories())
def test_deciding_twice_is_deciding_once(history: History) -> None:
    """A verdict that is told twice changes nothing the second time."""
    seen = history.start
    for sha, verdict in history.arrivals:
        seen = settle(seen, sha, verdict, history.mode)
        assert settle(seen, sha, verdict, history.mode) == seen


@given(histories(), some.data())
def test_order_of_verdicts_is_irrelevant(
    history: History, data: some.DataObject
) -> None:
    """When all verdicts are in, neither pointer nor server depend on their order."""
    ends = []
    for arrivals in (history.arrivals, data.draw(some.permutations(history.arrivals))):
        seen = history.start
        for sha, verdict in arrivals:
            seen = settle(seen, sha, verdict, history.mode)
        ends.append((seen.validated, seen.live))
    assert ends[0] == ends[1]


@given(histories())
def test_newest_good_one_is_live(history: History) -> None:
    """When all verdicts are in, what serves is validated, or was kept on purpose.

    Where nothing ever passed, there is nothing to return to.
    """
    seen = history.start
    for sha, verdict in history.arrivals:
        seen = settle(seen, sha, verdict, history.mode)
    good = [s for s in seen.healthy if seen.verdict(s) is Verdict.PASSED]
    if good:
        assert seen.validated == good[-1]
    if seen.live != seen.validated and seen.validated is not None:
        assert history.mode is OnNoVerdict.KEEP
        assert seen.live and seen.verdict(seen.live) is Verdict.NONE
