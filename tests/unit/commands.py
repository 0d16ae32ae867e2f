"""Commands that stand in for tools: executables on PATH that record their calls."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """#!{python} -SE
import json, os, pathlib, re, sys
folder = pathlib.Path({folder!r})
with open(folder / "calls.jsonl", "a") as calls:
    record = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
    calls.write(json.dumps([record, dict(os.environ)]) + "\\n")
for pattern, (code, output) in json.loads({answers!r}):
    if re.search(pattern, " ".join(sys.argv[1:])):
        print(output)
        sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Commands:
    """A folder of executables that is the first on PATH."""

    folder: Path

    def add(self, name: str, answers: dict[str, tuple[int, str]]) -> Path:
        """Add a command that answers arguments by pattern: exit code and output."""
        text = SCRIPT.format(
            python=sys.executable,
            folder=str(self.folder),
            answers=json.dumps(list(answers.items())),
        )
        command = self.folder / name
        command.write_text(text)
        command.chmod(0o755)
        return command

    def calls(self) -> list[list[str]]:
        """Return what was called, each with its arguments."""
        return [argv for argv, _ in self._records()]

    def environments(self) -> list[dict[str, str]]:
        """Return the environment of each call."""
        return [environment for _, environment in self._records()]

    def _records(self) -> list[tuple[list[str], dict[str, str]]]:
        record = self.folder / "calls.jsonl"
        lines = record.read_text().splitlines() if record.exists() else []
        return [(argv, environment) for argv, environment in map(json.loads, lines)]
