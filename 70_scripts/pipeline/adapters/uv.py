"""uv: the tool that installs locked dependencies."""

import os
import shutil
import sys
from pathlib import Path

from pipeline.errors import ConfigurationError


def uv() -> str:
    """Return the uv beside this interpreter, else the one on PATH.

    Raises:
        ConfigurationError: there is none.
    """
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise ConfigurationError(
            "looking for uv", "there is none", "start scripts with 70_scripts/run"
        )
    return found


def python_for_environments() -> str:
    """Return the interpreter that new environments are made with."""
    base = Path(sys.base_prefix) / "bin" / "python3"
    return os.environ.get("UV_PYTHON") or str(base)
