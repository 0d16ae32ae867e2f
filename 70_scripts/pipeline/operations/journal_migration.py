"""When the journal is migrated: by adoption alone, while nobody else writes it.

The pipeline in force lets the one that it adopts migrate the journal before it hands
over. A pipeline that was adopted by one that did not know of that does it itself, when
it first starts. Any other copy of the pipeline, a newer clone say, only reads.
"""

from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from pipeline.config import Config
from pipeline.effects.clock import Clock
from pipeline.errors import JournalUnusable
from pipeline.journal.connection import connect_for_writing
from pipeline.journal.database import lacks_migration, migrate_database
from pipeline.journal.deployments import Deployments
from pipeline.adapters.lock import held
from pipeline.operations.layout import Layout

PATIENCE = 60.0  # seconds, for each lock; an adoption is tried again a minute later
# After the environments': whoever holds one of those may ask for these.
SHARED_LOCKS = ("outbox", "reports")


def is_in_force(config: Config, scripts: Path) -> bool:
    """Tell whether scripts are those of the pipeline in force; a lone copy is, too."""
    layout, root = Layout(config.paths.root), scripts.parent
    if layout.current.is_symlink():
        return layout.current.resolve() == root
    return layout.releases.resolve() not in root.parents


def migrate_at_start(
    config: Config, scripts: Path, clock: Clock, say: Callable[[str], None]
) -> None:
    """Migrate the journal if these scripts are in force and it is an older one's.

    Raises:
        TimedOut: others wrote all the time.
        ConfigurationError: it cannot be written.
    """
    file = config.paths.state / "journal.db"
    if lacks_migration(file) and is_in_force(config, scripts):
        with held(config.paths.state / "pipeline.lock", clock, patience=PATIENCE):
            migrate(config, clock, say)


def migrate(config: Config, clock: Clock, say: Callable[[str], None]) -> None:
    """Migrate the journal, holding every lock; the caller holds pipeline.lock.

    Raises:
        TimedOut: others wrote all the time.
        ConfigurationError: it cannot be written.
    """
    state = config.paths.state
    file = state / "journal.db"
    if file.exists() and not lacks_migration(file):
        return
    with ExitStack() as stack:
        for name in (*_environments(config, file), *SHARED_LOCKS):
            lock = held(state / f"{name}.lock", clock, patience=PATIENCE)
            stack.enter_context(lock)
        say(f"==> journal: migrating {file}")
        migrate_database(file)


def _environments(config: Config, file: Path) -> list[str]:
    """Return the environments of this pipeline, and those of the ones before it."""
    names = set(config.environments)
    if file.exists():
        # The migration itself says what is wrong with the file.
        with suppress(JournalUnusable), closing(connect_for_writing(file)) as database:
            names |= Deployments(database).environments()
    return sorted(names)
