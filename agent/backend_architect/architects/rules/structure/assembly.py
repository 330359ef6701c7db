"""What the components of one service have in common: the parts, the words for their tables, their citations."""

from __future__ import annotations

from backend_architect.architects.rules.case import Action
from backend_architect.architects.rules.language.wording import (
    ENGINE_NAMES,
    cites,
    headed,
    listing,
    plural,
)
from backend_architect.architects.rules.layers.grounds import item_phrase
from backend_architect.architects.rules.structure.parts import Parts
from backend_architect.design import Component, Keys, Scope
from backend_architect.text import Cites


class Assembly:
    """Builds the components of one service; what they share is looked up once."""

    def __init__(self, parts: Parts, scope: Scope, answered: dict[str, Keys]) -> None:
        """Keep the parts, the requirements, and which part answers for which of them."""
        self.parts = parts
        self.scope = scope
        self.answered = answered
        self.numbers = {r.key: r.cites for r in scope.requirements}
        self.engine = ENGINE_NAMES[parts.case.traits.engine]
        self.tiny = parts.case.traits.size == "tiny"

    def limit(self) -> str:
        """Return the call limit that an outside system states, as words."""
        limited = next((e for e in self.parts.case.contracts.endpoints if e.owner and e.limit), None)
        return f"it allows {limited.limit} on `{limited.method} {limited.path}`" if limited else ""

    def called(self) -> tuple[tuple[str, object], ...]:
        """Return the outside systems that this backend calls; a sender calls us."""
        if self.parts.existing:
            return ()
        return self.parts.externals

    def has_accounts(self) -> bool:
        """Whether people sign in."""
        return self.parts.case.traits.auth in ("session", "token")

    def who(self, acts: tuple[Action, ...]) -> str:
        """Return who acts, in the plural."""
        names = [plural(a.actor) for a in acts if a.actor]
        return listing(names, most=3) or "people"

    def tables(self) -> str:
        """Return the engine and what it holds, as words."""
        parts = self.parts
        if not parts.entities:
            return f"{self.engine}: nothing of its own"
        unit = {"mongodb": "collections", "cosmosdb": "containers", "redis": "keys", "memory": "in-memory collections", "object-store": "prefixes"}.get(
            parts.case.traits.engine, "tables"
        )
        unit = unit[:-1] if len(parts.entities) == 1 and unit != "keys" else unit
        item = f", {item_phrase(parts.demand)} an item as stated" if parts.demand.item else ""
        return (
            f"{headed(self.engine) if parts.case.traits.engine == 'memory' else self.engine}: {unit} "
            f"{listing([f'`{e.name}`' for e in parts.entities], most=6)}{item}"
        )

    def component(self, key: str, name: str, kind: str, context: str, *, basis: Cites = (), **fields: object) -> Component:
        """Return a component with the requirements it answers for and the statements they cite."""
        satisfied = self.answered.get(key, ())
        quoted_at = [n for requirement in satisfied for n in self.numbers.get(requirement, ())]
        return Component.model_validate(
            {"key": key, "name": name, "kind": kind, "context": context, "satisfies": satisfied, "cites": cites(basis, quoted_at, most=10), **fields}
        )
