"""The figures of every environment as a table for people."""

from datetime import datetime

from rich.table import Column, Table

from pipeline.core.metrics import Duration, Metrics


def metrics_table(found: list[Metrics], since: float) -> Table:
    """Return a column for each environment; ``since`` in seconds since the epoch."""
    names = [Column(one.environment, justify="right") for one in found]
    start = datetime.fromtimestamp(since).astimezone()
    table = Table(f"since {start:%Y-%m-%d %H:%M}", *names)
    for row in zip(*map(_cells, found), strict=True):
        table.add_row(row[0][0], *(value for _, value in row))
    return table


def _cells(one: Metrics) -> list[tuple[str, str]]:
    up = one.uptime
    return [
        ("deployments", str(one.deployments)),
        ("  ended as", _words(one.ends)),
        ("live after, median / 95 %", _seconds(one.to_live)),
        ("CI's verdict after, median / 95 %", _seconds(one.to_verdict)),
        ("rollbacks", str(one.rollbacks)),
        ("  succeeded", _percent(one.rollback_success)),
        ("  took, median / 95 %", _seconds(one.to_roll_back)),
        ("false positives", str(one.false_positives)),
        ("  of what was rolled back", _percent(one.false_positive_rate)),
        ("uptime", _percent(up.share, 3)),
        ("  watched", f"{up.watched / 3600:.1f} h"),
        ("  outages, the longest", f"{up.outages}, {up.longest_outage:.0f} s"),
    ]


def _words(ends: dict[str, int]) -> str:
    return ", ".join(f"{count} {end}" for end, count in sorted(ends.items())) or "-"


def _seconds(duration: Duration | None) -> str:
    return f"{duration.median:.1f} s / {duration.p95:.1f} s" if duration else "-"


def _percent(share: float | None, digits: int = 1) -> str:
    return "-" if share is None else f"{100 * share:.{digits}f} %"
