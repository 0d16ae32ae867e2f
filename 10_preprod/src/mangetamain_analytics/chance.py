"""What could be chance: the tests that keep the texts from reading noise as a finding.

Owns a handful of textbook formulas (any introduction to statistics has them), on plain
numbers. Refuses samples that are too small to say anything: they are never "clear".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

# The 1 % points of the chi-squared distribution, by degrees of freedom.
_CHI_SQUARED = {3: 11.34, 6: 16.81, 11: 24.72}
_Z95 = 1.96
# Standard errors that a slope must be away from zero; about 1 % for ten years or more.
_CLEAR_SLOPE, _FEWEST_POINTS = 3.0, 6


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Tell whether the value may well be the true one."""
        return self.low <= value <= self.high


def is_uneven(counts: Sequence[int], expected: Sequence[float]) -> bool:
    """Tell whether counts differ from the expected ones by more than chance (1 %).

    Counts are expected in proportion to `expected`; fewer than five a place is too few.
    """
    scale = sum(counts) / sum(expected)
    wanted = [scale * part for part in expected]
    if min(wanted) < 5:
        return False
    distance = sum((n - w) ** 2 / w for n, w in zip(counts, wanted, strict=True))
    return distance > _CHI_SQUARED[len(counts) - 1]


def share_of(part: int, whole: int) -> Interval:
    """Return Wilson's interval for a share that was seen in a sample."""
    share, square = part / whole, _Z95**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    spread = sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    half = _Z95 * spread / (1 + square / whole)
    return Interval(middle - half, middle + half)


def error_of_mean(deviation: float, count: int) -> float:
    """Return half the width of a mean's interval."""
    return _Z95 * deviation / sqrt(count)


def clear_slope(points: Mapping[int, float]) -> float | None:
    """Return the change per unit of a straight line, or None where none is clear."""
    count = len(points)
    if count < _FEWEST_POINTS:
        return None
    mean_x, mean_y = sum(points) / count, sum(points.values()) / count
    width = sum((x - mean_x) ** 2 for x in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points.items()) / width
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points.items())
    error = sqrt(rest / (count - 2) / width)
    return slope if abs(slope) > _CLEAR_SLOPE * error else None
