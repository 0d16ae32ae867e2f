"""The loopback Discord: one channel behind one webhook, and a page that shows it."""

from rehearsal.discord.messages import Message, Messages
from rehearsal.discord.webhook import Edge, Webhook, WebhookRoutes
from rehearsal.faults import Faults
from rehearsal.serving import LoopbackService

WEBHOOK = Webhook("1300000000000000000", "rehearsal-webhook-token")


class DiscordServer(LoopbackService):
    """A Discord for one webhook, on 127.0.0.1.

    Attributes:
        faults: What goes wrong with the next answers.
        channel: The messages, and the threads that they may be posted to.
    """

    def __init__(self) -> None:
        """Set the service up; nothing listens before `start`."""
        super().__init__()
        self.faults, self.channel = Faults(), Messages()
        service = WebhookRoutes(WEBHOOK, self.channel).application()
        self.app = Edge(service, self.faults)

    @property
    def webhook_url(self) -> str:
        """Return the address to post to."""
        return self.url + WEBHOOK.path

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return the messages as they stand, the oldest first."""
        return self.channel.all()

    @property
    def pings(self) -> tuple[str, ...]:
        """Return every mention that pinged somebody, in order."""
        return tuple(ping for message in self.messages for ping in message.pings)
