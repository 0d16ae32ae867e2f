"""How charts look: one palette, one layout, and the marks that several pages draw.

Owns what the charts have in common. Refuses to know what they are about.
"""

from collections.abc import Sequence

import plotly.graph_objects as go

ACCENT, CALM, SECOND = "#B5651D", "#D9C3AD", "#4C78A8"
_MARGIN = {"l": 0, "r": 12, "t": 34, "b": 0}
_LEGEND = {"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom"}


def laid_out(figure: go.Figure, y: str, height: int = 360) -> go.Figure:
    """Return the figure in the house style, with a name for its vertical axis."""
    figure.update_yaxes(title=y)
    return figure.update_layout(
        margin=_MARGIN, legend=_LEGEND, height=height, bargap=0.25, hovermode="closest"
    )


def bars(
    names: Sequence[str], values: Sequence[float], y: str, hover: str, *, best: int = -1
) -> go.Figure:
    """Return bars from zero, the one at `best` in the accent colour."""
    colours = [ACCENT if i == best else CALM for i in range(len(names))]
    bar = go.Bar(x=names, y=values, marker_color=colours, hovertemplate=hover)
    figure = laid_out(go.Figure(bar), y).update_yaxes(rangemode="tozero")
    return figure.update_xaxes(type="category").update_layout(margin_t=10)


def ranges(
    names: Sequence[str],
    values: Sequence[float],
    spans: Sequence[tuple[float, float]],
    x: str,
    hover: str,
) -> go.Figure:
    """Return a dot for each name with a line from the low to the high of its span."""
    above = [high - value for value, (_, high) in zip(values, spans, strict=True)]
    below = [value - low for value, (low, _) in zip(values, spans, strict=True)]
    dots = go.Scatter(
        x=values,
        y=names,
        mode="markers",
        marker={"color": ACCENT, "size": 11},
        error_x={"array": above, "arrayminus": below, "color": CALM, "thickness": 3},
        hovertemplate=hover,
    )
    figure = laid_out(go.Figure(dots), "", height=100 + 38 * len(names))
    return figure.update_xaxes(title=x, showgrid=True).update_layout(margin_t=10)


def line(
    years: Sequence[int],
    values: Sequence[float | None],
    name: str,
    hover: str,
    colour: str = ACCENT,
) -> go.Scatter:
    """Return a line with a point for each year."""
    return go.Scatter(
        x=years,
        y=values,
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2.5},
        hovertemplate=f"{hover}<extra></extra>",
    )
