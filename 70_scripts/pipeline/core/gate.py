"""What a run of CI must have done before its commit's pipeline counts as tested."""

from collections.abc import Iterable

from pipeline.core.verdict import Job


def missing_jobs(jobs: Iterable[Job], wanted: Iterable[str]) -> str:
    """Say which of the wanted jobs did not succeed, nothing if all did.

    A job that was skipped tested nothing, and neither did one that is not there.
    """
    ended = {job.name: job.conclusion for job in jobs}
    bad = [name for name in dict.fromkeys(wanted) if ended.get(name) != "success"]
    words = (f"{name} ({ended.get(name) or 'did not run'})" for name in bad)
    return f"not every job of the gate succeeded: {', '.join(words)}" if bad else ""
