"""The channel as people see it: every notice, with the markup that Discord knows.

Owns the translation of Discord's Markdown, as far as notices use it. What was posted
is text: nothing of it becomes markup of the page but these few signs.
https://support.discord.com/hc/en-us/articles/210298617
"""

import re
from collections.abc import Iterable
from html import escape
from time import localtime, strftime

from starlette.responses import Response

from rehearsal.discord.messages import Message
from rehearsal.pages import page

_SIGNS = re.compile(
    r"\\(?P<plain>[^a-zA-Z0-9\s])|```(?:\w*\n)?(?P<block>.+?)```|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>.+?)\*\*|<?(?P<link>https?://[^\s<>]+)>?"
    r"|(?P<mention>@everyone|@here|<@[!&]?\d+>)|(?P<text>.)",
    re.DOTALL,
)
_STYLE = """
article { display: grid; grid-template-columns: 2.4rem 1fr; gap: 0 .8rem;
  margin: 1.2rem 0 }
article > b { grid-row: span 2; width: 2.4rem; height: 2.4rem; border-radius: 50%;
  background: #5865f2; color: #fff; display: grid; place-items: center }
header small { margin-left: .4rem }
article > div { white-space: pre-wrap; overflow-wrap: anywhere }
mark { background: #5865f233; color: inherit; border-radius: 3px; padding: 0 2px }
"""


def channel_page(messages: Iterable[Message]) -> Response:
    """Return the page of a channel, the oldest message on top."""
    shown = "".join(map(_article, messages))
    body = f"<h1>#deployments</h1>{shown or '<p>Nothing was posted yet.</p>'}"
    return page("#deployments", body, _STYLE)


def rendered(content: str) -> str:
    """Return a message's text as HTML."""
    return "".join(map(_piece, _SIGNS.finditer(content)))


def _article(message: Message) -> str:
    moment = strftime("%H:%M:%S", localtime(message.at))
    edited = " (edited)" if message.edited_at else ""
    thread = f" in thread {escape(message.thread)}" if message.thread else ""
    head = f"<strong>Pipeline</strong><small>{moment}{thread}{edited}</small>"
    text = rendered(message.content)
    return f"<article><b>P</b><header>{head}</header><div>{text}</div></article>\n"


def _piece(sign: re.Match[str]) -> str:
    kind, text = sign.lastgroup, escape(sign[sign.lastgroup or 0])
    if kind == "bold":
        return f"<strong>{rendered(sign['bold'])}</strong>"
    if kind == "link":
        return f'<a href="{text}" rel="noopener noreferrer">{text}</a>'
    tags = {"block": "pre", "code": "code", "mention": "mark"}
    return f"<{tags[kind]}>{text}</{tags[kind]}>" if kind in tags else text
