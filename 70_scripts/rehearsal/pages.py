"""The frame of the pages that the loopback services show.

Owns their look, and that they ask for nothing from anywhere: no script runs in them.
"""

from html import escape

from starlette.responses import HTMLResponse

REFRESH_SECONDS = 2
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.35rem; border-bottom: 1px solid #8884; padding-bottom: .5rem }
small, .quiet { opacity: .65; font-weight: normal }
a { color: #2f81f7; text-decoration: none } a:hover { text-decoration: underline }
code, pre { font: .88em/1.45 ui-monospace, monospace; background: #8882 }
code { padding: 0 .25em } pre { padding: .7rem; overflow-x: auto; margin: .4rem 0 }
"""


def page(
    title: str, body: str, style: str = "", *, is_live: bool = True
) -> HTMLResponse:
    """Return a page, which keeps itself up to date while it is live.

    Args:
        title: Its title, as text.
        body: What it shows, as HTML.
        style: Its own CSS.
        is_live: What it shows may still change.
    """
    live = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">'
    head = (
        f'<meta charset="utf-8">{live if is_live else ""}'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}{style}</style>"
    )
    text = f"<!doctype html><html lang=en><head>{head}</head><body>{body}</body></html>"
    return HTMLResponse(text, headers={"content-security-policy": _POLICY})
