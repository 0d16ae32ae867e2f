"""The systemd units: valid as systemd reads them, calling verbs that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.tripwire import REPOSITORY

SCRIPTS = REPOSITORY / "70_scripts"
UNITS = sorted((SCRIPTS / "systemd").iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Filled in as on a VM, systemd finds nothing to complain of."""
    made = []
    for unit in UNITS:
        made.append(tmp_path / unit.name)
        made[-1].write_text(unit.read_text().replace("{run}", shutil.which("true")))
    command = ("systemd-analyze", "verify", *made)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: str(path.name))
def test_units_call_scripts_that_exist(unit: Path) -> None:
    """A service calls a verb through `run`; a timer belongs to a service."""
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
        return
    verbs = re.findall(r"^ExecStart=\{run\} (\w+)", unit.read_text(), re.M)
    assert len(verbs) == 1 and (SCRIPTS / f"{verbs[0]}.py").exists()
