"""What the weekend does to each course, and whether that is certain.

Owns the arithmetic of the weekend effect by course, on plain counts. Refuses to read or
draw anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mangetamain_analytics.chance import Interval, share_of

# With fewer, even an interval says nothing.
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class CourseAtWeekend:
    """The weekend effect in one course, and what it may be in truth (95 %)."""

    course: str
    recipes: int
    effect: float
    interval: Interval

    @property
    def is_clear(self) -> bool:
        """Tell whether there is an effect at all."""
        return not self.interval.holds(0.0)


def courses_at_weekends(
    rows: Iterable[tuple[str, int, int]],
) -> tuple[CourseAtWeekend, ...]:
    """Return the effect of each course with enough recipes, the strongest last.

    Args:
        rows: course, its recipes, and those of them that were published at a weekend.
    """
    effects = [
        CourseAtWeekend(
            course=course,
            recipes=recipes,
            effect=_effect(weekend / recipes),
            interval=_effects(share_of(weekend, recipes)),
        )
        for course, recipes, weekend in rows
        if recipes >= _FEWEST
    ]
    return tuple(sorted(effects, key=lambda effect: effect.effect))


def reading_of_courses(courses: tuple[CourseAtWeekend, ...]) -> str:
    """Say which courses are published at weekends."""
    more = [each.course for each in courses if each.is_clear and each.effect > 0]
    fewer = [each.course for each in courses if each.is_clear and each.effect < 0]
    texts = []
    if more:
        texts.append(f"More at weekends: **{', '.join(reversed(more))}**.")
    if fewer:
        texts.append(f"More on weekdays: **{', '.join(fewer)}**.")
    unclear = len(courses) - len(more) - len(fewer)
    if unclear:
        texts.append(f"For {unclear} of {len(courses)} courses no effect is certain.")
    return " ".join(texts)


def _effect(share: float) -> float:
    # Two days against five; a share of one would be an effect without bounds.
    return (share / 2) / (max(1 - share, 1e-9) / 5) - 1


def _effects(share: Interval) -> Interval:
    return Interval(_effect(share.low), _effect(share.high))
