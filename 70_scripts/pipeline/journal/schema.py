"""The journal's tables: append-only, enforced by the database itself.

The form of a table never changes again: processes of the version before, still alive
while the next one is adopted, write to these tables and must go on doing so. What is
new is an ``Addition``: tables, indices and triggers of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TABLES = (
    "deployment",
    "step",
    "outcome",
    "verdict",
    "validation",
    "notice",
    "delivery",
    "observation",
    "reported",
)

FIRST = """
CREATE TABLE deployment (
    id INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    sha TEXT NOT NULL,
    kind TEXT NOT NULL,
    rollback_point TEXT,
    actor TEXT NOT NULL,
    subject TEXT NOT NULL,
    run_url TEXT NOT NULL,
    cause INTEGER REFERENCES deployment (id),
    at REAL NOT NULL
) STRICT;
CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    deployment INTEGER NOT NULL REFERENCES deployment (id),
    name TEXT NOT NULL,
    is_done INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE outcome (
    deployment INTEGER PRIMARY KEY REFERENCES deployment (id),
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE verdict (
    id INTEGER PRIMARY KEY,
    sha TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    run INTEGER,
    attempt INTEGER,
    at REAL NOT NULL
) STRICT;
CREATE TABLE validation (
    id INTEGER PRIMARY KEY,
    sha TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    deployment INTEGER REFERENCES deployment (id),
    text TEXT NOT NULL,
    is_alert INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    notice INTEGER NOT NULL REFERENCES notice (id),
    is_over INTEGER NOT NULL,
    message TEXT NOT NULL,
    error TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX step_of ON step (deployment);
CREATE INDEX deployment_on ON deployment (environment);
CREATE INDEX delivery_of ON delivery (notice);
"""

# How the tables got their form. It is final: VERSION stays, so that every pipeline
# that wrote this form still opens what the later ones made.
MIGRATIONS = (
    FIRST,
    """
ALTER TABLE deployment ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE step ADD COLUMN detail TEXT NOT NULL DEFAULT '';
ALTER TABLE verdict ADD COLUMN run_url TEXT NOT NULL DEFAULT '';
CREATE TABLE observation (
    id INTEGER PRIMARY KEY,
    environment TEXT NOT NULL,
    vantage TEXT NOT NULL,
    is_up INTEGER NOT NULL,
    problem TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE reported (
    id INTEGER PRIMARY KEY,
    deployment INTEGER NOT NULL REFERENCES deployment (id),
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    is_over INTEGER NOT NULL,
    remote INTEGER,
    error TEXT NOT NULL,
    resume_at REAL NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX observation_of ON observation (environment, vantage);
CREATE INDEX reported_of ON reported (deployment);
""",
)
VERSION = len(MIGRATIONS)

REFUSE = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"


def guards(table: str, key: str) -> Iterator[str]:
    """Return the triggers that keep a table's rows as they were written.

    REPLACE deletes without firing the triggers of DELETE: the third one is for it.
    """
    exists = f"(SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
    for name, when in (
        ("is_never_updated", f"UPDATE ON {table}"),
        ("is_never_deleted", f"DELETE ON {table}"),
        ("is_never_replaced", f"INSERT ON {table} WHEN EXISTS {exists}"),
    ):
        yield f"CREATE TRIGGER IF NOT EXISTS {table}_{name} BEFORE {when} {REFUSE}"


KEYS = {table: "deployment" if table == "outcome" else "id" for table in TABLES}
GUARDS = tuple(
    statement for table, key in KEYS.items() for statement in guards(table, key)
)


@dataclass(frozen=True, slots=True)
class Addition:
    """Something new in the journal, of which older pipelines need not know.

    Attributes:
        name: what the journal remembers it by; it is never used again.
        tables: by its name, the columns of each table; the first one is the key.
        others: the statements that make indices and triggers.
        fill: the statements that derive its rows from facts that are older than it.
    """

    name: str
    tables: Mapping[str, str]
    others: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()

    def statements(self) -> Iterator[str]:
        """Return what adds it to a journal, guarded like every other table."""
        for table, columns in self.tables.items():
            yield f"CREATE TABLE {table} ({columns}) STRICT"
        yield from self.fill
        yield from self.others
        for table, columns in self.tables.items():
            yield from guards(table, columns.split()[0])

    def stand_in(self) -> Iterator[str]:
        """Return what gives a reader the same tables, outside of the journal."""
        for table, columns in self.tables.items():
            yield f"CREATE TEMP TABLE {table} ({columns}) STRICT"
        yield from self.fill


# Which fact came before which, also where the clock was set back, and whichever
# version of the pipeline wrote it. Older facts have the order of their times.
ORDERED = {
    table: key
    for table, key in KEYS.items()
    if table in ("deployment", "outcome", "verdict", "validation")
}
OLDER_FACTS = " UNION ALL ".join(
    f"SELECT '{table}' AS kind, {key} AS id, at, {place} AS place FROM {table}"
    for place, (table, key) in enumerate(ORDERED.items())
)
ORDER_OF_FACTS = Addition(
    "order of facts",
    tables={"fact": "seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id INTEGER NOT NULL"},
    others=(
        "CREATE UNIQUE INDEX fact_of ON fact (kind, id)",
        *(
            f"CREATE TRIGGER {table}_is_ordered AFTER INSERT ON {table} BEGIN "
            f"INSERT INTO fact (kind, id) VALUES ('{table}', NEW.{key}); END"
            for table, key in ORDERED.items()
        ),
    ),
    fill=(
        f"INSERT INTO fact (kind, id) SELECT kind, id FROM ({OLDER_FACTS}) "
        "ORDER BY at, place, id",
    ),
)

SENDINGS = Addition(
    "sendings",
    tables={
        "sending": "id INTEGER PRIMARY KEY, "
        "notice INTEGER NOT NULL REFERENCES notice (id), "
        "is_known INTEGER NOT NULL, at REAL NOT NULL",
        "outbox_pause": "id INTEGER PRIMARY KEY, until REAL NOT NULL, at REAL NOT NULL",
    },
)

# Which runs of CI tested a commit's pipeline, and which pipelines were put in force.
ADOPTIONS = Addition(
    "adoptions",
    tables={
        "pipeline_test": "id INTEGER PRIMARY KEY, sha TEXT NOT NULL, run INTEGER, "
        "attempt INTEGER, obstacle TEXT NOT NULL, at REAL NOT NULL",
        "adoption": "id INTEGER PRIMARY KEY, sha TEXT NOT NULL, at REAL NOT NULL",
    },
)

AUTHORS = Addition(
    "authors",
    tables={
        "authorship": "deployment INTEGER PRIMARY KEY REFERENCES deployment (id), "
        "author TEXT NOT NULL",
    },
)

# When deployments began, by a clock that no change of the date moves.
MOMENTS = Addition(
    "moments",
    tables={
        "moment": "deployment INTEGER PRIMARY KEY REFERENCES deployment (id), "
        "boot TEXT NOT NULL, seconds REAL NOT NULL",
    },
)


def watermark(table: str, of: str, is_over: str, fact: str, when: str) -> Addition:
    """Return what remembers up to where all rows of a table are over.

    Whoever looks for what is not over begins there, however much is. A trigger moves
    it, now and then, so that every version of the pipeline does.

    Args:
        table: where it is remembered.
        of: the table whose rows are over some day.
        is_over: a query that finds the row ``o`` over.
        fact: the table whose rows say so.
        when: a condition of such a row, on which the mark is moved.
    """
    last = f"COALESCE((SELECT row FROM {table} ORDER BY id DESC LIMIT 1), 0)"
    first_open = (
        f"(SELECT MIN(o.id) FROM {of} o WHERE o.id > {last} AND NOT EXISTS ({is_over}))"
    )
    newest = f"(SELECT COALESCE(MAX(id), 0) FROM {of})"
    move = f"INSERT INTO {table} (row) SELECT COALESCE({first_open} - 1, {newest})"
    return Addition(
        table.replace("_", " "),
        tables={table: "id INTEGER PRIMARY KEY, row INTEGER NOT NULL"},
        others=(
            f"CREATE TRIGGER {table}_is_moved AFTER INSERT ON {fact} WHEN {when} "
            f"BEGIN {move}; END",
        ),
        fill=(move,),
    )


# On which environment a SHA was validated; of older validations there was but one.
VALIDATED_ON = Addition(
    "validated on",
    tables={
        "validated_on": "validation INTEGER PRIMARY KEY REFERENCES validation (id), "
        "environment TEXT NOT NULL",
    },
)

ENDED_BEFORE = watermark(
    "ended_before",
    of="deployment",
    is_over="SELECT 1 FROM outcome e WHERE e.deployment = o.id",
    fact="outcome",
    when="NEW.deployment % 32 = 0",
)
DELIVERED_BEFORE = watermark(
    "delivered_before",
    of="notice",
    is_over="SELECT 1 FROM delivery e WHERE e.notice = o.id AND e.is_over",
    fact="delivery",
    when="NEW.is_over AND NEW.notice % 32 = 0",
)

# What is asked of years of facts as quickly as of none.
INDICES = Addition(
    "indices",
    tables={},
    others=(
        "CREATE INDEX deployment_of ON deployment (environment, sha)",
        "CREATE INDEX deployment_by ON deployment (cause) WHERE cause IS NOT NULL",
        "CREATE INDEX deployment_by_hand ON deployment (environment, kind) "
        "WHERE cause IS NULL",
        "CREATE INDEX step_found ON step (deployment) "
        "WHERE name = 'keep' AND detail <> ''",
        "CREATE INDEX verdict_of ON verdict (sha)",
        "CREATE INDEX validation_of ON validation (sha)",
        "CREATE INDEX notice_of ON notice (deployment)",
        "CREATE INDEX sending_of ON sending (notice)",
    ),
)

# In the order in which they were thought of; a new one goes to the end. A table that
# is here is named in no statement of an older pipeline.
ADDITIONS: tuple[Addition, ...] = (
    ORDER_OF_FACTS,
    SENDINGS,
    ADOPTIONS,
    AUTHORS,
    MOMENTS,
    ENDED_BEFORE,
    DELIVERED_BEFORE,
    INDICES,
    VALIDATED_ON,
)
MIGRATION_COLUMNS = "name TEXT PRIMARY KEY NOT NULL, at REAL NOT NULL"
MIGRATION_TABLE = (
    f"CREATE TABLE IF NOT EXISTS schema_migration ({MIGRATION_COLUMNS}) STRICT",
    *guards("schema_migration", "name"),
)
ADDED = (
    "schema_migration",
    *(table for addition in ADDITIONS for table in addition.tables),
)
