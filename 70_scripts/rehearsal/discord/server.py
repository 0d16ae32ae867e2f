"""The loopback Discord: one channel behind one webhook.

Owns the wiring of the parts and the service's life.
"""

from typing import Self

from rehearsal.discord.app import webhook_application
from rehearsal.discord.messages import Message, Messages
from rehearsal.discord.routes import Webhook
from rehearsal.faults import Faults
from rehearsal.serving import LoopbackServer

DEFAULT_WEBHOOK = Webhook("1300000000000000000", "rehearsal-webhook-token")


class DiscordServer:
    """A Discord for one webhook, on 127.0.0.1.

    Attributes:
        faults: What goes wrong with the next answers.
        channel: The messages, for whoever wants to wait for one.
    """

    def __init__(self, webhook: Webhook = DEFAULT_WEBHOOK) -> None:
        """Set the service up; nothing listens before `start`."""
        self.faults, self.channel = Faults(), Messages()
        self._webhook = webhook
        self._server = LoopbackServer()
        self._app = webhook_application(webhook, self.channel, self.faults)

    @property
    def webhook_url(self) -> str:
        """Return the address to post to."""
        return self._server.url + self._webhook.path()

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return the messages as they stand, the oldest first."""
        return self.channel.all()

    @property
    def pings(self) -> tuple[str, ...]:
        """Return every mention that pinged somebody, in order."""
        return tuple(ping for message in self.messages for ping in message.pings)

    def start(self) -> None:
        """Listen."""
        self._server.start(self._app)

    def stop(self) -> None:
        """Stop listening; the messages stay."""
        self._server.stop()

    def refuse_connections(self) -> None:
        """Be down."""
        self.stop()

    def accept_connections(self) -> None:
        """Be up again, at the same address."""
        self.start()

    def __enter__(self) -> Self:
        """Start, and return the server."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, however the block ended."""
        self.stop()
