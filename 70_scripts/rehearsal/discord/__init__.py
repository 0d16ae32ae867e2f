"""A Discord on the loopback interface that takes one webhook's messages."""

from rehearsal.discord.server import DiscordServer

__all__ = ["DiscordServer"]
