"""Which deployments are not put up, because something newer is, or is about to be.

Pushes that come faster than they can be put up must not restart the app one by one:
the first two of a burst are put up, and then its last.
"""

from pipeline.core.deployment import BY_HAND, Deployment, Kind
from pipeline.core.skipping import asks_for_no_ci
from pipeline.operations.environment import Environment
from pipeline.operations.live_version import live_version

BURST = 300.0  # seconds
MOST = 2  # activations within them, before only the newest push is put up


def coalesced(env: Environment, deployment: Deployment) -> str:
    """Say why a deployment, just fetched, is not worth putting up; empty if it is."""
    if deployment.order.kind is not Kind.DEPLOY:
        return ""
    return _newer_live(env, deployment) or _newer_pushed(env, deployment)


def _newer_live(env: Environment, deployment: Deployment) -> str:
    """Say what is live if the deployment would be a step back from it."""
    live = live_version(env).sha
    if live is None or live == deployment.sha:
        return ""
    is_newer = env.store.is_ancestor_or_same(deployment.sha, live)
    return f"{live.short}, which contains it, is live already" if is_newer else ""


def _newer_pushed(env: Environment, deployment: Deployment) -> str:
    """Say what was pushed after it, in a burst whose next job puts that up."""
    tip = env.store.tip()
    order = deployment.order
    if tip == deployment.sha or not order.run_url or order.reason == BY_HAND:
        return ""  # Whoever deploys by hand means this SHA.
    if not env.is_judged or asks_for_no_ci(env.store.message(tip)):
        return ""  # No job comes for the newer one.
    if env.journal.deployments.newest(env.name, tip):
        return ""  # Its job has been here.
    now = env.clock.now()  # What seems to be yet to come: the clock was set back.
    recent = env.journal.deployments.switches_between(env.name, now - BURST, now)
    return f"{tip.short}, which contains it, was pushed since" if recent >= MOST else ""
