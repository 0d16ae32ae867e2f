"""The systemd units call verbs that exist."""

import re
from pathlib import Path

import pytest

from tests.unit.tripwire import REPOSITORY

SCRIPTS = REPOSITORY / "70_scripts"


@pytest.mark.parametrize(
    "unit", sorted(SCRIPTS.glob("systemd/*.service")), ids=lambda path: str(path.name)
)
def test_services_call_scripts_that_exist(unit: Path) -> None:
    """A service calls one verb, through `run`, which finds its environment."""
    verbs = re.findall(r"^ExecStart=\{run\} (\w+)", unit.read_text(), re.M)
    assert len(verbs) == 1 and (SCRIPTS / f"{verbs[0]}.py").exists()
