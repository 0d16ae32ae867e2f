"""What the next pipeline adds to the journal: a table that triggers keep up to date."""

from pipeline.journal.schema import Addition

WATCHED = ("deployment", "step", "outcome", "verdict", "notice")
LATER = Addition(
    "what a later pipeline adds",
    tables={"later": "id INTEGER PRIMARY KEY, kind TEXT NOT NULL"},
    others=tuple(
        f"CREATE TRIGGER {table}_is_noted AFTER INSERT ON {table} BEGIN "
        f"INSERT INTO later (kind) VALUES ('{table}'); END"
        for table in WATCHED
    ),
)
