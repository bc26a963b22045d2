"""What happens in the app, in the words of its handlers: what the library, the player and the indexer say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui import session
    from tui.audition.events import Event as PlayerEvent

__all__ = ["LibrarySaid", "PlayerSaid"]


class LibrarySaid(Message):
    """The library's thread has an answer, a refusal, or news of indexing."""

    def __init__(self, event: session.Event) -> None:
        super().__init__()
        self.event = event


class PlayerSaid(Message):
    """The player started, ended or failed to play something."""

    def __init__(self, event: PlayerEvent) -> None:
        super().__init__()
        self.event = event
