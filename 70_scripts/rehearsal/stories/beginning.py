"""Where every story begins: a first version that is validated and serves."""

from rehearsal.pushing import await_live, await_validated
from rehearsal.stage import Stage


def begin(stage: Stage) -> str:
    """Deploy the seeded commit, whose CI passed before the story; return its SHA."""
    from rehearsal.github.scripting import ScriptedRun

    stage.say("\n[bold]Before: a version that is validated and serves[/bold]")
    sha = stage.scene.git("rev-parse", "HEAD")
    stage.scene.github.script_runs(ScriptedRun(sha))
    stage.scene.script("deploy", stage.scene.judged, "--sha", sha)
    await_live(stage, sha)
    await_validated(stage, sha)
    return sha
