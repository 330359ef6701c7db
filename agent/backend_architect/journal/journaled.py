"""A model that is never asked twice: its answers come out of the journal, or go into it before anything uses them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from backend_architect.journal.file import Flight, Journal
from backend_architect.models.protocol import Answer, ChatModel, Question, Usage


@dataclass(eq=False)
class Journaled:
    """A model whose answers come out of the journal, or go into it before anything uses them.

    Identical questions that are under way at the same time, in any wrapper around the same journal,
    are asked once. A call is given up only when nobody waits for it any more.
    """

    model: ChatModel
    journal: Journal
    run: int | None = field(default=None, kw_only=True)
    """The run whose accounts the answers go to."""
    paid: Usage = field(default_factory=Usage, init=False)
    """Of the calls made through this wrapper."""
    reused: Usage = field(default_factory=Usage, init=False)
    """Of the answers that cost nothing: from the journal, or from an identical call under way."""

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.model.name

    async def ask(self, question: Question) -> Answer:
        """Return the answer from the journal, or ask and keep it.

        Raises:
            ProviderError: If no answer came.
            OutputError: If the journal cannot be used.
        """
        key = question.fingerprint(self.model.name)
        place = asyncio.get_running_loop(), key
        flight = self.journal.flying.get(place)
        if flight is None:
            known = self.journal.find(key)
            if known is not None:
                return self._reused(key, known)
            flight = self.journal.flying[place] = Flight(asyncio.create_task(self._asked(key, question)))
            flight.task.add_done_callback(lambda task: self._landed(place, task))
            first = True
        else:
            first = False
        flight.waiting += 1
        try:
            answer = await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                # Whoever asks the same from now on starts anew.
                self.journal.flying.pop(place, None)
                flight.task.cancel()
        return answer if first else self._reused(key, answer)

    async def _asked(self, key: str, question: Question) -> Answer:
        answer = await self.model.ask(question)
        self.paid += answer.usage
        await self.journal.append(key, answer, stage=question.stage, run=self.run)
        return answer

    def _reused(self, key: str, answer: Answer) -> Answer:
        self.reused += answer.usage
        if self.run is not None:
            self.journal.reuse(key, run=self.run)
        return answer

    def _landed(self, place: tuple[asyncio.AbstractEventLoop, str], task: asyncio.Task[Answer]) -> None:
        flight = self.journal.flying.get(place)
        if flight is not None and flight.task is task:
            del self.journal.flying[place]
        if not task.cancelled():
            # Seen, also if every waiter has gone meanwhile.
            task.exception()
