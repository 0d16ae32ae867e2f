"""The floor: how fast bare hands change the version, with no pipeline at all."""

import time
import urllib.request

from pipeline import wiring
from pipeline.config import load_config
from pipeline.core.sha import Sha
from pipeline.adapters.worktree import Worktree
from rehearsal.scene import Scene

POLL = 0.02
PATIENCE = 60.0


def measure_floor(scene: Scene, good: str, bad: str) -> float:
    """Reset, restart, wait for the first 200; return the seconds.

    The worktree goes to ``bad`` first, so that the reset has something to do.
    """
    file = scene.clone / "pipeline.yml"
    config = load_config(file)
    env = wiring.build(config, file).environment(scene.judged)
    worktree = Worktree(config.paths.root / config.environment(scene.judged).worktree)
    with env.lock():
        worktree.reset(Sha(bad))
        start = time.monotonic()
        worktree.reset(Sha(good))
        env.strategy.restart()
        while not _answers(scene.url) and time.monotonic() - start < PATIENCE:
            time.sleep(POLL)
        return time.monotonic() - start


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
