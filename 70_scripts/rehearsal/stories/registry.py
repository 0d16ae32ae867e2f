"""Every fault that can be rehearsed, by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rehearsal.stage import Stage
from rehearsal.stories.deaths import watcher_killed
from rehearsal.stories.outages import discord_down, github_down
from rehearsal.stories.races import racing_pushes
from rehearsal.stories.verdicts import rerun_green, slow_ci


@dataclass(frozen=True, slots=True)
class Story:
    """What is played, what it must come to, and its settings of ``ci``."""

    promise: str
    play: Callable[[Stage], None]
    ci: Mapping[str, object] = field(default_factory=dict)


STORIES: Mapping[str, Story] = {
    "watcher-killed": Story(
        "kill -9 of the watcher, settle.yml off: `resume` rolls a bad push back",
        watcher_killed,
    ),
    "github-down": Story(
        "no verdict can be asked for: rolled back, and forward once GitHub is back",
        github_down,
        {"deadline": 8},
    ),
    "discord-down": Story(
        "nothing can be told: validated all the same, and told later, once",
        discord_down,
    ),
    "slow-ci": Story(
        "CI ends after the deadline: live all along, and validated by settle.yml",
        slow_ci,
        {"deadline": 3},
    ),
    "rerun-green": Story(
        "CI fails, its re-run passes: rolled back, and forward", rerun_green
    ),
    "racing-pushes": Story(
        "two pushes within a second: the newest good one serves in the end",
        racing_pushes,
    ),
}
