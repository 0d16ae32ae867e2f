"""Read one line of act's JSON log.

Owns the field names of act, and its few signs that exist only as prose. Nothing else
looks at the raw log.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SETUP, COMPLETE = -1, -2
_BRACKETS = {"--setup-job": SETUP, "--complete-job": COMPLETE}
_NO_RUNNER = "Skipping unsupported platform"
_TOLERATED = "Failed but continue next step"
_SHOWN = {"error", "warning", "notice"}


@dataclass(frozen=True, slots=True)
class LogLine:
    """What one line says of one job.

    Attributes:
        leg: act's name of the job, distinct for each leg of a matrix.
        key: The job's id in its file.
        step: The step's place in the file, or SETUP or COMPLETE.
        is_main: The line is of the step itself, not of what goes before or after.
        output: What a command printed, or what act says of it.
        command: A workflow command such as `error`.
    """

    leg: str
    key: str
    matrix: Mapping[str, Any]
    step: int | None
    step_text: str
    is_main: bool
    step_result: str | None
    job_result: str | None
    is_tolerated: bool
    has_no_runner: bool
    output: str
    command: str | None
    properties: Mapping[str, str] = field(default_factory=dict)


def parse_line(text: str) -> LogLine | str:
    """Return what a line says of a job, or its message where it is of none."""
    try:
        line = json.loads(text)
    except ValueError:
        return text.strip()
    if not isinstance(line, dict) or "job" not in line:
        return str(line.get("msg", "")) if isinstance(line, dict) else text.strip()
    message, stage = str(line.get("msg", "")), line.get("stage")
    step = _step(line)
    return LogLine(
        leg=str(line["job"]).strip(),
        key=str(line.get("jobID", "")),
        matrix=line.get("matrix") or {},
        step=step,
        step_text=str(line.get("step", "")),
        is_main=stage == "Main" or step in (SETUP, COMPLETE),
        step_result=line.get("stepResult") if _is_own(line) else None,
        job_result=line.get("jobResult"),
        is_tolerated=message == _TOLERATED,
        has_no_runner=_NO_RUNNER in message,
        output=_output(line, message),
        command=line.get("command"),
        properties=line.get("kvPairs") or {},
    )


def _step(line: Mapping[str, Any]) -> int | None:
    bracket = line.get("stepid")
    if bracket:
        return _BRACKETS.get(bracket[0])
    position = line.get("stepID")
    return int(position[0]) if position and str(position[0]).isdigit() else None


def _is_own(line: Mapping[str, Any]) -> bool:
    # A composite action's inner steps carry a longer position.
    return len(line.get("stepID") or ("",)) == 1


def _output(line: Mapping[str, Any], message: str) -> str:
    command = line.get("command")
    if command == "summary":
        return str(line.get("content", ""))
    if command in _SHOWN:
        # act masks the message but not its other fields.
        return message.split("::", 2)[-1].rstrip("\n")
    if line.get("raw_output") or line.get("level") == "error":
        return message
    return ""
