"""What a field's name says about it: type, bounds, whether it identifies a person or must be unique."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from backend_architect.architects.rules.language.words import snake, word_set, words
from backend_architect.design import ValueType

PEOPLE = word_set(
    """
    user customer client patient guest visitor author employee student teacher contact member person owner driver doctor citizen applicant
    candidate subscriber donor volunteer tenant resident parent child player participant attendee respondent borrower reader writer seller
    buyer merchant staff worker technician nurse caretaker bidder sender recipient beneficiary claimant lead patron pupil passenger voter lender borrower landlord clerk cashier librarian receptionist
    auctioneer trainer instructor
    """
)
"""Nouns for kinds of people: a name or address of theirs identifies a person."""


@dataclass(frozen=True)
class Guess:
    """What a name says."""

    column: str
    """The column to store it in; a password is stored as `password_hash`."""
    type: ValueType
    minimum: float | None = None
    maximum: float | None = None
    unique: bool = False
    personal: bool = False
    values: tuple[str, ...] = ()
    why: str = ""
    """A purpose that holds for any field of this kind; `{noun}` stands for what it belongs to, `{Field}` for the name."""


def _rule(
    pattern: str,
    type: ValueType,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    unique: bool = False,
    personal: bool = False,
    values: tuple[str, ...] = (),
    why: str = "",
) -> tuple[re.Pattern[str], Guess]:
    return re.compile(rf"(?:{pattern})"), Guess("", type, minimum, maximum, unique, personal, values, why)


_RULES: tuple[tuple[re.Pattern[str], Guess], ...] = (
    _rule(r"_(?:email|e_mail)(?:_address)?$", "text", 3, 254, personal=True, why="{Field} of the {noun}: where that person can be reached"),
    _rule(r"^(?:email|e_mail)(?:_address)?$", "text", 3, 254, personal=True, why="Where the {noun} can be reached; compared without regard to case"),
    _rule(r"(?:^|_)password$|^password_hash$|(?:^|_)passphrase$", "text", 20, 255, why="Salted slow hash of the password, never the password itself"),
    _rule(r"(?:^|_)(?:token|secret|api_key)(?:_hash)?$", "text", 20, 255, unique=True, why="Hash of the secret; the secret itself is shown once and not kept"),
    _rule(r"(?:^|_)(?:phone|mobile|telephone|telefone|phone_number)(?:_number)?$", "text", 5, 32, personal=True, why="Number to call or text the {noun}"),
    _rule(r"^user_?name$|^nick_?name$|^login$|^handle$|^screen_name$", "text", 1, 60, unique=True, personal=True,
        why="Name that the {noun} chose and others see"),
    _rule(r"^(?:first|last|full|given|family|middle|sur)_?name$|^display_name$", "text", 1, 120, personal=True, why="Name of the {noun}"),
    _rule(r"(?:^|_)ip(?:_address)?$", "text", 2, 45, personal=True, why="Network address the request came from"),
    _rule(r"(?:^|_)(?:mac|wallet)_address$", "text", 1, 100),
    _rule(r"^(?:number|car|vehicle|registration|licen[cs]e)_plate$", "text", 1, 20, personal=True, why="Number plate of the {noun}'s vehicle"),
    _rule(r"(?:^|_)(?:address|street|postcode|zip_code|postal_code|endereco)$", "text", 1, 300, personal=True, why="Postal address"),
    _rule(r"^(?:city|country|region|province)$|_(?:city|country)$", "text", 1, 100),
    _rule(r"birth|^dob$", "date", personal=True, why="Date of birth"),
    _rule(r"^(?:ssn|social_security_number|passport(?:_number)?|national_id|tax_id|iban|cpf|card_number)$", "text", 4, 64, personal=True,
        why="Official number of the {noun}; encrypted at rest"),
    _rule(r"(?:^|_)(?:url|uri|link|website|homepage|webhook)$", "text", 1, 2048, why="Address on the web"),
    _rule(r"(?:^|_)(?:image|photo|picture|avatar|logo|thumbnail|file|attachment|video|audio|recording|scan|pdf)s?$", "text", 1, 1024,
        why="Object key of the uploaded file; the bytes are not kept in the database"),
    _rule(r"_path$", "text", 1, 1024, why="Key of the content in the object store; the content itself is kept there, this row only names it"),
    _rule(r"(?:_at|timestamp|datetime|_time|^time|^date_time)$", "timestamp", why="{Field} of the {noun}, with time zone"),
    _rule(r"^(?:start|starts|begin|begins|end|ends|starting|ending)$", "timestamp", why="{Field} of the {noun}, with time zone"),
    _rule(r"^(?:deadline|expiry|expiration|expires)$|^(?:expiry|expiration)_(?:date|time)$", "timestamp", why="Moment after which the {noun} no longer counts"),
    _rule(r"(?:^date|_date|_on|^day|^due|_day)$|^due_|^date_of", "date", why="{Field} of the {noun}, a calendar day"),
    _rule((r"^(?:is|has|can|was|allow|allows)_|^(?:completed|active|enabled|verified|archived|private|public|visible|deleted|confirmed|anonymous"
    r"|featured|failing|failure|done|available)$"), "boolean"),
    _rule(r"(?:^|_)(?:lat|latitude)$", "float", -90, 90),
    _rule(r"(?:^|_)(?:lng|lon|long|longitude)$", "float", -180, 180),
    _rule((r"(?:^|_)(?:price|amount|total|subtotal|cost|fee|balance|salary|wage|tax|discount|budget|donation|bid|payment|sum|rent|valor|preco|betrag"
    r"|preis|precio|deposit|fare|revenue|premium|vat|surcharge|commission|maximum_bid|profit|credit_limit)$"), "decimal", 0, why="{Field} of the {noun}, exact to the cent"),
    _rule(r"(?:^|_)(?:rating|stars)$", "integer", 1, 5, why="Stars from 1 to 5"),
    _rule(r"(?:^|_)percent(?:age)?$", "decimal", 0, 100),
    _rule(r"(?:^|_)(?:probability|confidence|temperature|humidity|distance|speed|weight|height|width|depth|score|ratio|rate|voltage|pressure)$", "float"),
    _rule(
 
              r"(?:^|_)(?:count|quantity|qty|number|stock|capacity|age|points|position|rank|year|level|floor|seats|size|length|views|likes|votes|limit|offset|page|minutes|seconds|hours|days|weeks|months|duration|delay|calories|reps|sets|attempts|quantidade|anzahl|menge|index|sequence|version|total_requests|pages|copies|persons|guests|players)$|_in_(?:minutes|seconds|hours|days|bytes|km|kg)$|^(?:num|max|min|number_of)_",
        "integer", 0,
    ),
    _rule(r"(?:^|_)(?:uuid|guid)$|^(?:id|correlation_id|request_id|transaction_id|order_id|user_id|trace_id|idempotency_key)$", "uuid"),
    _rule(r"(?:^|_)priority$", "enum", values=("low", "normal", "high"), why="How urgent the {noun} is; the three levels are assumed"),
    _rule(r"(?:^|_)currency$", "text", 3, 3, why="ISO 4217 code of the currency"),
    _rule(r"(?:^|_)(?:language|locale)$", "text", 2, 12, why="BCP 47 language tag"),
    _rule((r"(?:^|_)(?:settings|metadata|options|payload|data|preferences|configuration|attributes|properties|answers|details|custom_fields"
    r"|dimensions|coordinates)$"), "json"),
    _rule((r"(?:^|_)(?:description|body|content|contents|text|notes?|comment|message|summary|instructions?|reason|feedback|explanation|remarks?"
    r"|abstract|review|answer|symptoms|diagnosis|ingredients|steps)$"), "text", 1, 10_000,
        why="{Field} of the {noun}: free text, escaped wherever it is shown"),
    _rule(r"^bio$|^about(?:_me)?$|^biography$", "text", 0, 1000, why="What the {noun} says about themselves"),
    _rule(r"(?:^|_)(?:slug|code|sku|isbn|barcode|serial|serial_number|reference|vin|licence_plate|license_plate|shortlink|short_link|short_code)$",
        "text", 1, 100,
        unique=True,
        why="Short identifier that people and links use"),
    _rule(r"(?:^|_)(?:title|name|subject|label|headline|caption|topic|question|statement)$", "text", 1, 200),
    _rule((r"(?:^|_)(?:type|kind|category|colou?r|status|state|role|gender|genre|brand|model|department|unit|location|place|room|venue|size_label"
    r"|format|method|source|channel|stage|reason_code)$"), "text", 1, 100),
)  # fmt: skip
_TEXT = Guess("", "text", 1, 500)
_FILES = re.compile(r"(?:^|_)(?:image|photo|picture|avatar|logo|thumbnail|file|attachment|video|audio|recording|scan|pdf)s?$")
_URL_LIKE = re.compile(r"_(?:url|link|uri|key|path|name|type|size|id)$")


@lru_cache(maxsize=4096)
def is_known(name: str) -> bool:
    """Return whether a field's name alone says what it holds."""
    column = snake(name)
    return any(pattern.search(column) for pattern, _ in _RULES)


@lru_cache(maxsize=4096)
def infer(name: str, noun: str = "") -> Guess:
    """Return what the field `name` of a `noun` is, by its name alone.

    `name` may be written in any way (`due date`, `dueDate`); `noun` is singular snake_case.
    """
    column = snake(name) or "value"
    person = noun.split("_")[-1] in PEOPLE
    guess = next((guess for pattern, guess in _RULES if pattern.search(column)), _TEXT)
    match column:
        case "password" | "passphrase":
            column = "password_hash"
        case "token" | "secret" | "api_key":
            column = f"{column}_hash"
        case "date" | "day":
            column = "held_on" if noun in ("event", "meeting", "match", "game") else "date"
        case "name" if person:
            guess = replace(guess, personal=True, why=f"Name of the {words(noun)}")
        case "due":
            column = "due_date"
    if _FILES.search(column) and not _URL_LIKE.search(column):
        column = f"{column}_key"
    unique = guess.unique or (person and column == "email")
    if column.endswith("_date") and column[:-5] in ("expiry", "expiration"):
        column = "expires_at"
    return replace(guess, column=column, unique=unique, why=guess.why.replace("{noun}", words(noun) or "record").replace("{Field}", words(column).capitalize()))
