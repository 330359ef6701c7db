"""One column or JSON member on one line: `` `title`: text(1..200), optional, one of a | b — note``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from backend_architect.design import Field, Parameter
from backend_architect.document.codecs import CHOICES, PROSE, REF, Names, Unreadable, decimal
from backend_architect.document.markdown import escape, mask

_SHAPE = re.compile(
    r"`(?P<name>[^`]*)`:? (?P<type>[a-z]+)(?:\((?P<low>[^(). ]*(?:\.[0-9][^(). ]*)?)\.\.(?P<high>[^() ]*)\))?(?: → (?P<ref>[^ ,]+))?(?P<rest>(?:,|\Z).*)?"
)

_MARK = " — "
_VALUES = ", one of "
_PLACES = ("path", "query", "header", "body")


@dataclass(frozen=True)
class Member:
    """A `Field` of an entity or a `Parameter` of an endpoint."""

    model: type[Field] | type[Parameter]
    token: re.Pattern[str] | None = None

    def write(self, value: Any, names: Names) -> str:
        """Return the member's line."""
        words = [f"`{value.name}` {_type(value)}"]
        if isinstance(value, Field):
            words[0] += f" → {REF.write(value.ref, names)}" if value.ref is not None else ""
            flags = {"primary": value.primary, "unique": value.unique, "optional": not value.required, "personal": value.personal}
            note = value.why
        else:
            flags = {value.where: value.where != "body", "optional": not value.required}
            note = value.note
        words += [flag for flag, is_set in flags.items() if is_set]
        if value.values:
            words.append("one of " + CHOICES.write(value.values, names))
        return ", ".join(words) + (_MARK + escape(note) if note else "")

    def read(self, text: str, names: Names) -> dict[str, Any]:
        """Return the member's fields.

        Raises:
            Unreadable: If the line is not one of a member.
        """
        text = text.strip()
        end = mask(text).find(_MARK)
        head = text[: end if end >= 0 else len(text)].rstrip()
        found = _SHAPE.fullmatch(head)
        if not found:
            raise Unreadable(f"{head[:60]!r} is not a name, a type and what limits it")
        data: dict[str, Any] = {"name": found["name"], "type": found["type"], "minimum": _bound(found["low"]), "maximum": _bound(found["high"])}
        if found["ref"] and self.model is Field:
            data["ref"] = REF.read(found["ref"], names)
        flags, marked, values = (found["rest"] or "").partition(_VALUES)
        if marked:
            data["values"] = CHOICES.read(values, names)
        for flag in filter(None, (word.strip() for word in flags.split(","))):
            data |= self._flag(flag)
        if end >= 0:
            data["why" if self.model is Field else "note"] = PROSE.read(text[end + len(_MARK) :], names)
        return data

    def _flag(self, flag: str) -> dict[str, Any]:
        match flag:
            case "optional":
                return {"required": False}
            case "required":
                return {"required": True}
            case "primary" | "unique" | "personal" if self.model is Field:
                return {flag: True}
            case _ if flag in _PLACES and self.model is Parameter:
                return {"where": flag}
        raise Unreadable(f"{flag[:40]!r} is not something a member can be")


def _type(value: Field | Parameter) -> str:
    if value.minimum is None and value.maximum is None:
        return value.type
    low, high = ("" if bound is None else decimal(bound) for bound in (value.minimum, value.maximum))
    return f"{value.type}({low}..{high})"


def _bound(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError as error:
        raise Unreadable(f"{text!r} is not a bound") from error


COLUMN = Member(Field)
PARAMETER = Member(Parameter)
