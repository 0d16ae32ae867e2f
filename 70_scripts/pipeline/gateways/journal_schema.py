"""The journal's tables: append-only, enforced by the database itself."""

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

# From each version to the next one. A new journal goes the whole way too, so that all
# journals of a version are alike.
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

# What older pipelines need not know; it stands beside what they do.
ADDITIONS = (
    """CREATE TABLE IF NOT EXISTS sending (
    id INTEGER PRIMARY KEY,
    notice INTEGER NOT NULL REFERENCES notice (id),
    is_known INTEGER NOT NULL,
    at REAL NOT NULL
) STRICT""",
    """CREATE TABLE IF NOT EXISTS outbox_pause (
    id INTEGER PRIMARY KEY,
    until REAL NOT NULL,
    at REAL NOT NULL
) STRICT""",
)

KEYS = {table: "deployment" if table == "outcome" else "id" for table in TABLES}
REFUSE = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;\n"

# REPLACE deletes without firing the triggers of DELETE: the third guard is for it.
GUARDS = "".join(
    f"CREATE TRIGGER IF NOT EXISTS {table}_{name} BEFORE {when} {REFUSE}"
    for table, key in KEYS.items()
    for name, when in (
        ("is_never_updated", f"UPDATE ON {table}"),
        ("is_never_deleted", f"DELETE ON {table}"),
        (
            "is_never_replaced",
            f"INSERT ON {table} WHEN EXISTS "
            f"(SELECT 1 FROM {table} WHERE {key} = NEW.{key})",
        ),
    )
)
