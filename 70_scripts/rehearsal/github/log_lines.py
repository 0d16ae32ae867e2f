"""Read one line of act's JSON log.

Owns the field names of act, and its few signs that exist only as prose. Nothing else
looks at the raw log.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NO_RUNNER = "Skipping unsupported platform"
_TOLERATED = "Failed but continue next step"
_SHOWN = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class LogLine:
    """What one line says of one job.

    Attributes:
        leg: act's name of the job, distinct for each leg of a matrix.
        key: The job's id in its file.
        step: The step's place in the file.
        output: What a command printed, or what act says of it.
        command: `summary`, or a workflow command such as `error`.
    """

    leg: str
    key: str
    matrix: Mapping[str, Any]
    step: int | None
    step_result: str | None
    job_result: str | None
    is_tolerated: bool
    has_no_runner: bool
    output: str
    command: str | None


def parse_line(text: str) -> LogLine | str:
    """Return what a line says of a job, or its message where it is of none."""
    try:
        line = json.loads(text)
    except ValueError:
        return text.strip()
    if not isinstance(line, dict) or "job" not in line:
        return str(line.get("msg", "")) if isinstance(line, dict) else text.strip()
    message, command = str(line.get("msg", "")), line.get("command")
    # A composite action's inner steps carry a longer position.
    position = line.get("stepID") or ("",)
    return LogLine(
        leg=str(line["job"]).strip(),
        key=str(line.get("jobID", "")),
        matrix=line.get("matrix") or {},
        step=int(position[0]) if str(position[0]).isdigit() else None,
        step_result=line.get("stepResult") if len(position) == 1 else None,
        job_result=line.get("jobResult"),
        is_tolerated=message == _TOLERATED,
        has_no_runner=_NO_RUNNER in message,
        output=_output(line, message),
        command=command if command in ("summary", *_SHOWN) else None,
    )


def _output(line: Mapping[str, Any], message: str) -> str:
    command = line.get("command")
    if command == "summary":
        return str(line.get("content", ""))
    if command in _SHOWN:
        # act masks the message but not its other fields.
        return message.split("::", 2)[-1].rstrip("\n")
    is_shown = line.get("raw_output") or line.get("level") == "error"
    return message if is_shown and not command else ""
