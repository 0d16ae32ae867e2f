"""Connect the parts of the loopback GitHub with each other."""

import time

from rehearsal.github.catalog import Catalog
from rehearsal.github.engine import Engine
from rehearsal.github.environments import Environments
from rehearsal.github.events import Events
from rehearsal.github.ledger import Ledger
from rehearsal.github.manual import Manual
from rehearsal.github.origin import Origin
from rehearsal.github.payloads.common import Site
from rehearsal.github.performance import Performer
from rehearsal.github.pulls import Pulls
from rehearsal.github.rest.backstage import Backstage
from rehearsal.github.settings import Settings
from rehearsal.github.starting import Starter
from rehearsal.github.tokens import Tokens


def assembled(settings: Settings, origin: Origin, tokens: Tokens) -> Backstage:
    """Return everything that stands behind the API."""
    ledger, actor = Ledger(), settings.actor
    site = Site(
        settings.address, settings.owner, settings.repo, settings.default_branch
    )
    catalog = Catalog(origin, settings.default_ref)
    performer = Performer(settings, origin, ledger, tokens)
    environments = Environments(settings, ledger)
    engine = Engine(settings, ledger, tokens, performer, environments)
    starter = Starter(settings, origin, ledger, engine)
    events = Events(site, actor, origin, catalog, starter)
    engine.on_completed = events.completed
    pulls = Pulls(actor, origin, ledger, events.pull, events.push)
    events.on_push = pulls.pushed
    manual = Manual(site, actor, origin, catalog, starter, engine, ledger)
    return Backstage(
        origin=origin,
        ledger=ledger,
        events=events,
        manual=manual,
        pulls=pulls,
        catalog=catalog,
        engine=engine,
        deployments=environments.deployments,
        site=site,
        started_at=time.time(),
        actor=actor,
    )
