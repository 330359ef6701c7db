"""A model answered by hand: a loopback server whose answers come out of a folder."""

from backend_architect.relay.inbox import Given, Inbox
from backend_architect.relay.server import Relay, relaying, run, serve

__all__ = ["Given", "Inbox", "Relay", "relaying", "run", "serve"]
