"""A clone to break things in: what is committed, with what is not on top."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def clone_into(target: Path) -> Path:
    """Clone this repository as it stands; return the clone."""
    subprocess.run(("git", "clone", "-q", ROOT, target), check=True)
    listed = ("git", "ls-files", "-z", "-mo", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (ROOT / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())
            (target / name).chmod((ROOT / name).stat().st_mode)
    return target
