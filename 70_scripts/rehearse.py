"""Rehearse the whole pipeline on this machine: real git, real workflows, real app.

A throw-away home gets an origin, a VM and loopback stand-ins for GitHub and Discord;
the repository's own workflows run with act at each push. Nothing outside is touched.
"""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

from rehearsal.acts import bad_push, good_push, unfit_version
from rehearsal.base_image import BaseImageError
from rehearsal.floor import measure_floor
from rehearsal.stage import RehearsalFailed, Stage
from rehearsal.stories.beginning import begin
from rehearsal.stories.registry import STORIES
from rehearsal.timeline import (
    follow,
    keep_job_logs,
    laps,
    show_failed_jobs,
    show_notices,
    show_timeline,
)
from rehearsal.world import opened_scene
from rich.console import Console

EXAMPLE = "example: 70_scripts/run rehearse --keep --no-play"
CHECKOUT = Path(__file__).resolve().parent.parent


def main(arguments: argparse.Namespace) -> int:
    """Play the acts, then show what happened; 0 if all went as promised."""
    start = time.monotonic()
    console = Console()
    code = 1
    story = STORIES.get(arguments.fault)
    settings = story.ci if story else {}
    with opened_scene(CHECKOUT, has_docker=arguments.docker, ci=settings) as world:
        stage = Stage(world, console)
        stage.say(f"[bold]The rehearsal plays in {world.home}[/bold]")
        if story:
            stage.say(f"{arguments.fault}: {story.promise}")
        act = story.play if story else begin if arguments.no_play else play
        try:
            act(stage)
            code = 0
        except (RehearsalFailed, subprocess.CalledProcessError) as failure:
            stage.say(f"\n[bold red]Not as promised:[/bold red] {failure}")
        if arguments.no_play and not code:
            linger(stage)
            return code
        keep_job_logs(world)
        if code:
            show_failed_jobs(stage)
        show_timeline(stage)
        show_notices(stage)
        summarize(stage, time.monotonic() - start, code)
        if arguments.keep:
            restore(stage)
            linger(stage)
    return code


def play(stage: Stage) -> None:
    """Play every act."""
    first = begin(stage)
    good = good_push(stage, first)
    bad = bad_push(stage, good, first)
    show_speed(stage, good, bad)
    unfit_version(stage, first)


def show_speed(stage: Stage, good: str, bad: str) -> None:
    """Say how long the second push took, and how long it would take bare hands."""
    push = laps(stage.scene, bad)
    floor = measure_floor(stage.scene, good, bad)
    stage.say(
        "\n[bold]How fast[/bold] (CI ran on the same processors, the floor did not)"
    )
    stage.say(f"   push received → SHA verified serving    {push.total:5.2f} s")
    stage.say(f"      until the workflow called the script {push.workflow:5.2f} s")
    stage.say(f"      fetch, prepare, reset, activate      {push.pipeline:5.2f} s")
    stage.say(f"      the app's start, and the health gate {push.app:5.2f} s")
    stage.say(f"   bare floor: reset, restart, first 200   {floor:5.2f} s")
    stage.say(f"   ratio: {push.total / floor:.2f}")


def summarize(stage: Stage, seconds: float, code: int) -> None:
    """Say how it ended and where to look further."""
    world = stage.scene
    sign = "[bold red]✗[/bold red]" if code else "[bold green]✓[/bold green]"
    places = (
        f"{name} serves {stage.serving(name)[:7] or 'nothing'}" for name in world.ports
    )
    stage.say(f"{sign} {seconds:.0f} s; {', '.join(places)}")
    stage.say(f"   watcher logs   {world.logs}/ci-watcher-LATEST.log")
    stage.say(f"   jobs' logs     {world.logs}/run-*.log")
    stage.say(
        f"   journal        sqlite3 {world.state}/journal.db 'SELECT * FROM outcome'"
    )
    for log in sorted(world.state.glob("*-app.log")):
        stage.say(f"   the app's log  {log}")


def restore(stage: Stage) -> None:
    """Make the developer's clone what it was at first: the next push is a good one."""
    git = stage.scene.git
    git("read-tree", "--reset", "-u", git("rev-list", "--max-parents=0", "HEAD"))
    git("commit", "--quiet", "--message", "As it was in the beginning")


def linger(stage: Stage) -> None:
    """Leave everything running until Ctrl-C, and tell what happens meanwhile."""
    world = stage.scene
    stage.say("\nRunning; push to main and watch:")
    for name, url in world.pages.items():
        stage.say(f"   {name:8} {url}")
    stage.say(f"   clone    cd {world.clone}  # commit, git push origin main")
    stage.say(f"   status   HOME={world.home} {world.root}/70_scripts/run status")
    stage.say("Ctrl-C ends it.\n")
    try:
        follow(stage)
    except KeyboardInterrupt:
        stage.say("ending")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="70_scripts/run rehearse", description=__doc__, epilog=EXAMPLE
    )
    parser.add_argument(
        "--docker", action="store_true", help="containers on the real engine"
    )
    parser.add_argument(
        "--fault",
        metavar="NAME",
        choices=STORIES,
        help="; ".join(f"{name}: {story.promise}" for name, story in STORIES.items()),
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave it running at the end"
    )
    parser.add_argument(
        "--no-play",
        action="store_true",
        help="with --keep: play nothing, only have a validated version serve",
    )
    given = parser.parse_args()
    if given.no_play and (given.fault or not given.keep):
        parser.error("--no-play goes with --keep, and without --fault")
    for number in (signal.SIGINT, signal.SIGTERM):
        # Also where a shell started this in the background and ignores Ctrl-C for it.
        signal.signal(number, signal.default_int_handler)
    try:
        sys.exit(main(given))
    except (BaseImageError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: the rehearsal could not be set up: {error}")
    except KeyboardInterrupt:
        print("interrupted: everything is ended and removed", file=sys.stderr)
        sys.exit(130)
