"""How long a verdict is waited for, and what its lack counts for after that."""

from dataclasses import dataclass

from pipeline.core.verdict import Judgement, Verdict

LAST_MINUTE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits in seconds, both counted from the start of a deployment.

    Attributes:
        deadline: until when nothing, or silence, is waited through.
        running: until when a run of CI may take that GitHub says is in progress.
    """

    deadline: float = 300.0
    running: float = 1800.0

    def used(self, age: float) -> float:
        """Return how much of the deadline a watcher that starts now has behind it.

        Whenever it starts, it has a last minute: after a reboot, or a long build,
        GitHub may need a moment to be reached and to list a run.
        """
        return min(age, max(self.deadline - LAST_MINUTE, 0.0))


def counted(
    judgement: Judgement, age: float, patience: Patience, *, was_running: bool = False
) -> Judgement:
    """Return what a judgement counts for: itself, or after its time ``none``.

    Args:
        judgement: what was seen last.
        age: seconds since the deployment began.
        patience: how long is waited.
        was_running: CI was in progress when GitHub was last heard.
    """
    if judgement.is_final or age < patience.deadline:
        return judgement
    is_running = judgement.is_running or (was_running and judgement.is_unheard)
    if is_running and age < patience.running:
        return judgement
    limit = (
        max(patience.running, patience.deadline) if is_running else patience.deadline
    )
    reason = f"no verdict after {limit:g} s: {judgement.reason}"
    return Judgement(Verdict.NONE, reason, judgement.run)
