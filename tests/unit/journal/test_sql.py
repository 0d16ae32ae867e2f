"""Who looks for a query looks into one package."""

import re

from tests.unit.tripwire import REPOSITORY

LIBRARY = REPOSITORY / "70_scripts" / "pipeline"
SQL = re.compile(r"\"\"?\"?\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE) ")


def test_sql_is_nowhere_else() -> None:
    """Adapters, operations and the core know its questions, not its tables."""
    others = [
        str(file.relative_to(LIBRARY))
        for file in LIBRARY.rglob("*.py")
        if file.parent.name != "journal" and SQL.search(file.read_text())
    ]
    assert others == []
    assert SQL.search((LIBRARY / "journal" / "deployments.py").read_text())
