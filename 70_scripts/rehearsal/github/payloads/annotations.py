"""Write what a job said with `::error`, `::warning` and `::notice`."""

from typing import Any

from rehearsal.github.runs import Job


def annotation_json(job: Job) -> list[dict[str, Any]]:
    """Return what a job said with `::error`, `::warning` and `::notice`."""
    return [
        {
            "path": note.properties.get("file", ".github"),
            "blob_href": "",
            "start_line": _line(note.properties.get("line")),
            "end_line": _line(note.properties.get("endLine")),
            "start_column": None,
            "end_column": None,
            "annotation_level": note.level,
            "title": note.properties.get("title", ""),
            "message": note.message,
            "raw_details": "",
        }
        for note in job.annotations
    ]


def _line(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 1
