"""Say what a job finds in its environment.

Owns what of this machine's environment reaches a job, and what the runner adds.
"""

import os
import sys
from pathlib import Path

from rehearsal.github.act_call import ActFiles
from rehearsal.github.runs import Run
from rehearsal.github.settings import Settings

# Without these a job behind a proxy that re-signs TLS reaches no package index.
_KEPT = {
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
}
_KEPT_PREFIXES = ("UV_", "PIP_")


def job_environment(settings: Settings) -> dict[str, str]:
    """Return the environment that act, and so every job, starts with."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }
    return {**kept, "HOME": str(settings.home), **settings.environment}


def runner_environment(
    settings: Settings, run: Run, files: ActFiles, tracking_id: str, origin: Path
) -> dict[str, str]:
    """Return what tells a job about its run."""
    address = settings.address
    return {
        "GITHUB_API_URL": address,
        "GITHUB_GRAPHQL_URL": f"{address}/graphql",
        "GITHUB_REF": run.trigger.ref,
        "GITHUB_RUN_ATTEMPT": str(run.attempt),
        "GITHUB_RUN_ID": str(run.id),
        "GITHUB_RUN_NUMBER": str(run.number),
        "GITHUB_SERVER_URL": address,
        "GITHUB_TRIGGERING_ACTOR": run.triggering_actor,
        "GITHUB_WORKFLOW_REF": f"{settings.full_name}/{run.path}@{run.trigger.ref}",
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
