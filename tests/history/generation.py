"""Which histories there are: everything that can happen, what matters more often."""

from hypothesis import strategies as some
from pipeline.core.settlement import OnNoVerdict

from tests.history.operation import Operation
from tests.history.play import History

PLACES = some.sampled_from("0001123")
LETTERS = some.sampled_from("ggggue")
FINAL = ("success", "failure", "cancelled")
VERDICTS = some.sampled_from(("success", "success", "failure", "failure", "cancelled"))
# Early steps, where facts are taken down that later ones follow from, more often.
STEPS = some.one_of(some.integers(0, 12), some.integers(0, 99))
DEADLY = {
    "ship",
    "deploy",
    "tell",
    "event",
    "arrive",
    "settle",
    "rollback",
    "resume",
    "upgrade",
}
MOST_PARTS = 5

SHAPES = {
    "ship": (LETTERS, some.sampled_from(("", "", "", "1", "2"))),
    "push": (LETTERS, some.sampled_from(("0", "0", "1"))),
    "deploy": (PLACES, some.sampled_from(("", "", "override"))),
    "tell": (PLACES, VERDICTS),
    "ci": (PLACES, some.sampled_from((*FINAL, "in_progress"))),
    "event": (PLACES,),
    "arrive": (PLACES,),
    "settle": (PLACES, some.sampled_from(("passed", "failed", "none"))),
    "rollback": (
        some.sampled_from(("previous", "previous", "0", "1", "2")),
        some.sampled_from(("", "", "override")),
    ),
    "resume": (),
    "upgrade": (),
    "revert": (),
    "kill": (),
    "edit": (some.sampled_from(("", "commit")),),
    "reset": (PLACES,),
    "outage": (some.sampled_from(("origin", "github", "discord", "nothing")),),
}
OFTEN = ("ship", "ship", "ship", "ship", "tell", "tell", "tell", "arrive", "deploy")
GREEN = "ship g | tell 0 success"
# What takes several operations in a row to go wrong.
SCENES = (
    "tell 0 failure | tell 0 success",
    "ship g | tell 0 failure | tell 0 success",
    "tell 1 failure | tell 0 failure | tell 1 success",
    "ship g | tell 0 success | rollback previous",
    "ship g | reset 1 | tell 0 failure",
    f"{GREEN} | {GREEN} | rollback previous | rollback previous",
    f"{GREEN} | ship g | rollback previous | rollback previous | rollback previous",
    "ship g | tell 0 success | rollback previous | rollback 0 override",
    "ship g | tell 0 success | ship g | rollback 1 | tell 1 failure | tell 0 success",
    "ship g | tell 0 success | reset 1 | ship u",
    "ship g | tell 0 success | ship g | reset 2 | rollback previous",
    "ship g | tell 0 success | reset 1 | rollback 1",
    "ship g | deploy 0 | kill",
    "ship g | ship g 1 | deploy 1",
    "outage discord | ship g | tell 0 failure",
    "edit | ship g",
    "ship g | upgrade | tell 0 success | revert | ship g",
    "upgrade | ship g | revert | tell 0 failure",
)
VERBS = some.sampled_from((*OFTEN, *SHAPES))


def scene(text: str) -> tuple[Operation, ...]:
    """Return the operations of a scene."""
    return tuple(map(Operation.read, text.split("|")))


@some.composite
def alone(draw: some.DrawFn) -> tuple[Operation, ...]:
    """Draw one operation, its process alive to the end."""
    verb = draw(VERBS)
    words = tuple(word for shape in SHAPES[verb] if (word := draw(shape)))
    visit = draw(some.sampled_from((None,) * 7 + (1,)))
    is_visited = visit is not None and verb in DEADLY
    return (Operation(verb, words, (), draw(STEPS) if is_visited else None),)


@some.composite
def histories(draw: some.DrawFn) -> History:
    """Draw a history; most have one operation that is killed, some two."""
    part = some.one_of(alone(), alone(), alone(), some.sampled_from(SCENES).map(scene))
    parts = draw(some.lists(part, min_size=1, max_size=MOST_PARTS))
    drawn = [operation for part in parts for operation in part]
    mortal = [place for place, one in enumerate(drawn) if one.verb in DEADLY]
    deaths = draw(some.sampled_from(((1,), (1,), (1,), (2,), (1, 1), ())))
    for count in deaths if mortal else ():
        # Whatever comes afterwards may heal what a death left: the last one oftener.
        place = draw(some.sampled_from((*mortal, *mortal[-1:] * 2)))
        steps = draw(some.lists(STEPS, min_size=count, max_size=count))
        one = drawn[place]
        tool = draw(some.sampled_from((False, False, True)))
        drawn[place] = Operation(
            one.verb, one.arguments, tuple(steps), one.visit, leaves_tool=tool
        )
    rest = draw(some.sampled_from(FINAL))
    mode = draw(some.sampled_from((OnNoVerdict.ROLLBACK,) * 3 + (OnNoVerdict.KEEP,)))
    return History(tuple(drawn), rest, mode)
