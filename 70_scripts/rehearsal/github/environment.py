"""Say what a job finds in its environment.

Owns what of this machine's environment reaches a job, and what the runner adds.
"""

import os
import re
import sys
from pathlib import Path

from rehearsal.github.act_call import ActFiles
from rehearsal.github.runs import Run
from rehearsal.github.site import ACTOR, Site

# Without these a job behind a proxy that re-signs TLS reaches no package index.
_KEPT = re.compile(
    "PATH|LANG|LC_ALL|TZ|TMPDIR|UV_.*|PIP_.*|SSL_CERT_.*|GIT_SSL_CAINFO"
    "|.*_CA_BUNDLE|NODE_EXTRA_CA_CERTS|.*_PROXY|.*_proxy"
)


def job_environment(site: Site) -> dict[str, str]:
    """Return the environment that act, and so every job, starts with."""
    found = os.environ.items()
    kept = {name: value for name, value in found if _KEPT.fullmatch(name)}
    return {**kept, "HOME": str(site.home), **site.environment}


def runner_environment(
    site: Site, run: Run, files: ActFiles, tracking_id: str, origin: Path
) -> dict[str, str]:
    """Return what tells a job about its run."""
    address = site.base
    return {
        "GITHUB_API_URL": address,
        "GITHUB_GRAPHQL_URL": f"{address}/graphql",
        "GITHUB_REF": run.trigger.ref,
        "GITHUB_RUN_ATTEMPT": str(run.attempt),
        "GITHUB_RUN_ID": str(run.id),
        "GITHUB_RUN_NUMBER": str(run.number),
        "GITHUB_SERVER_URL": address,
        "GITHUB_TRIGGERING_ACTOR": ACTOR,
        "GITHUB_WORKFLOW_REF": f"{site.full_name}/{run.path}@{run.trigger.ref}",
        "GITHUB_WORKFLOW_SHA": run.trigger.checked_out,
        "REHEARSAL_ARTIFACTS": str(files.artifacts),
        "REHEARSAL_ORIGIN": str(origin),
        "REHEARSAL_UV": str(Path(sys.executable).with_name("uv")),
        "RUNNER_ENVIRONMENT": "self-hosted",
        "RUNNER_NAME": "rehearsal",
        "RUNNER_TRACKING_ID": tracking_id,
        # act gives steps a terminal, the runner does not: nothing may wait for a key.
        "PAGER": "cat",
        "TERM": "dumb",
    }
