"""The title of the page as the server sends it, before any JavaScript runs.

Owns the <title> of the index page, which is what a health gate, a search engine or a
link preview reads. Refuses to touch anything that is not an HTML page.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from mangetamain_analytics.answer import answer_of

TITLE = "Mangetamain Analytics"
_STREAMLIT_TITLE = b"<title>Streamlit</title>"
_NEVER_PAGES = ("/_stcore/", "/static/", "/media/", "/component/")


class PageTitle:
    """ASGI middleware that puts the product's name into the served HTML."""

    def __init__(self, app: ASGIApp, title: str = TITLE) -> None:
        """Use this title, which must be plain text."""
        self._app = app
        self._element = f"<title>{title}</title>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rename HTML pages; pass everything else on untouched."""
        if scope["type"] != "http" or scope["path"].startswith(_NEVER_PAGES):
            return await self._app(scope, receive, send)
        answer = await answer_of(self._app, scope, receive)
        if answer.header(b"content-type").startswith(b"text/html"):
            renamed = answer.body.replace(_STREAMLIT_TITLE, self._element)
            answer = answer.with_body(renamed)
        await answer.send(send, head_only=scope["method"] == "HEAD")
