"""Components of a brief that needs no server: a command-line program, or a client on its own."""

from __future__ import annotations

import re

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import ENGINE_NAMES, article, cites, clipped, counted, headed, listing, plural, slug, spaced
from backend_architect.architects.rules.layers.grounds import DEMANDS, Ground, demanding, doing, mention, people
from backend_architect.architects.rules.structure.contexts import singular
from backend_architect.design import Component, Entity, FailureMode, Keys, Scope
from backend_architect.expressions import expression
from backend_architect.text import Cites, Key

PROGRAM = "c-program"
OUTPUT = "c-output"
CLIENT = "c-web"
BROWSER_STORE = "c-storage"

_LINE = expression(r"\b(?:queue\w*|pending|waiting|backlog|in[- ]front|first come|priority|line up)\b", re.IGNORECASE)
_POOL = expression(r"\b(?:idle|busy|available|pool|pick(?:s|ed)? ?up|at a time|newest|capacity)\b", re.IGNORECASE)
_OUTPUT = expression(r"`?(?P<file>\b[\w-]+\.(?:txt|csv|json|log|xlsx|pdf|html))\b`?")
_WRITES = expression(r"\b(?:print\w*|output|writ\w+|contain\w*|result|report|export\w*)\b", re.IGNORECASE)
_DURATION = expression(r"\b(?P<n>\d+(?:\.\d+)?) ?(?P<unit>ms|milliseconds?|s|sec|seconds?|minutes?|hours?)\b", re.IGNORECASE)
_PART_VERBS = frozenset({"create", "delete", "update", "change-state", "submit", "assign", "schedule", "compute", "track", "pay", "read", "list", "import"})


def duration(case: Case, noun: str) -> Ground | None:
    """Return the words that say how long work on a thing takes."""
    for statement in demanding(case):
        if noun in statement.text.lower() and (found := _DURATION.search(statement.text)) is not None:
            return Ground(statement.number, found[0])
    return None


def output_file(case: Case) -> Ground | None:
    """Return the file that the brief wants the result in."""
    for statement in demanding(case):
        if (
            _WRITES.search(statement.text)
            and (found := _OUTPUT.search(statement.text)) is not None
            and found["file"].lower() not in ("readme.md", "package.json")
        ):
            return Ground(statement.number, found["file"])
    return None


def held(case: Case, entities: tuple[Entity, ...]) -> list[tuple[str, Key | None]]:
    """Return the things a program keeps while it runs: singular noun and entity key."""
    built: list[tuple[str, Key | None]] = [(spaced(singular(e.name)), e.key) for e in entities if e.tier != "future"]
    if built:
        return built[:5]
    tally: dict[str, int] = {}
    for action in case.actions:
        if action.noun and action.horizon == "now" and action.verb in _PART_VERBS and case.label(action.statement) in DEMANDS:
            tally[action.noun] = tally.get(action.noun, 0) + 1
    ranked = sorted(tally, key=lambda noun: -tally[noun])
    return [(spaced(noun), None) for noun in ranked[:4]]


def cli(case: Case, scope: Scope, entities: tuple[Entity, ...]) -> tuple[Component, ...]:
    """Return one program and its parts in memory."""
    now = [r for r in scope.requirements if r.horizon == "now"]
    things = held(case, entities)
    kept = case.traits.engine not in ("memory", "none")
    where = ENGINE_NAMES[case.traits.engine] if kept else "memory"
    answered: dict[str, list[Key]] = {PROGRAM: []}
    modules: list[tuple[str, str, str, Key | None]] = []
    for noun, key in things:
        part = f"c-{slug(noun)}"
        if part not in answered and part not in (PROGRAM, OUTPUT):
            answered[part] = []
            modules.append((part, noun, _role(case, noun), key))
    written = output_file(case)
    for requirement in now:
        text = requirement.text.lower()
        places = [part for part, noun, _, _ in modules if re.search(rf"\b{re.escape(noun.split()[-1])}", text)][:2] if requirement.kind == "functional" else []
        for place in places or [PROGRAM]:
            answered[place].append(requirement.key)
    numbers = {r.key: r.cites for r in scope.requirements}
    found: list[Component] = [_program(case, modules, tuple(answered[PROGRAM]), numbers, written)]
    for part, noun, role, key in modules:
        takes = duration(case, noun)
        acts = tuple(a for a in case.actions if spaced(a.noun) == noun and a.horizon == "now" and case.label(a.statement) in DEMANDS)
        others = [other for other, _, kind, _ in modules if role == "pool" and kind == "queue"]
        found.append(
            Component(
                key=part,
                name=f"{headed(noun)} {role}",
                kind="module",
                context=headed(plural(noun)),
                purpose=f"{_purpose(noun, role)}: {doing(acts, most=2)}" if acts else _purpose(noun, role),
                uses=tuple(others),
                store=_held_in(noun, role, where, kept=kept),
                owns=(key,) if key else (),
                scaling=f"Inside the one process; each {noun} costs well under 1 KB, so memory is no limit" if not kept else "Inside the one process",
                interface=f"Functions: {doing(acts, most=3)}" if acts else f"Functions to add, take and list {plural(noun)}",
                failures=_module_failures(noun, role, takes),
                satisfies=tuple(answered[part]),
                cites=cites(takes.cites if takes else (), [n for k in answered[part] for n in numbers[k]], [a.statement for a in acts], most=10),
            )
        )
    if written is not None:
        found.append(
            Component(
                key=OUTPUT,
                name="Result writer",
                kind="module",
                context="Output",
                purpose=f"Writes what happened to `{written.quote}`, one line an event, as the brief asks",
                store=f"`{written.quote}`: replaced at each run",
                scaling="Inside the one process",
                interface="One function that takes an event and its time; the only place that formats a line",
                failures=(
                    FailureMode(
                        when=f"`{written.quote}` cannot be opened",
                        then="the program ends with exit status 1 before it starts work",
                        user_sees="one line on standard error with the path",
                    ),
                ),
                cites=written.cites,
            )
        )
    return tuple(found)


def _program(case: Case, modules: list[tuple[str, str, str, Key | None]], satisfied: Keys, numbers: dict[Key, Cites], written: Ground | None) -> Component:
    lead = people(case)
    language = case.traits.stack.language
    return Component(
        key=PROGRAM,
        name="Command-line program",
        kind="service",
        context="Program",
        purpose=f"Reads commands, keeps the clock and runs the rest: {doing(lead, most=3)}"
        if lead
        else f"Reads commands and runs {listing([f'{n} {r}' for _, n, r, _ in modules]) or 'the work'}",
        uses=(*(part for part, _, _, _ in modules), *((OUTPUT,) if written else ())),
        store="Nothing outlives the run" if case.traits.engine in ("memory", "none") else ENGINE_NAMES[case.traits.engine],
        scaling=f"One process on one machine ({language}); started, run to its end, done",
        interface="Command line: arguments and standard input in; exit status 0 when all went well, 1 otherwise"
        + (f"; result in `{written.quote}`" if written else ""),
        failures=(
            FailureMode(
                when="A command is unknown or malformed",
                then="it is refused before anything changes; the state stays as it was",
                user_sees="one line that names the command and the ones that exist",
            ),
            FailureMode(
                when="The program is interrupted",
                then="timers are stopped and open lines are written" if written else "timers are stopped; what was in memory is gone, as the brief accepts",
                user_sees="the state up to that moment",
            ),
        ),
        satisfies=satisfied,
        cites=cites(case.traits.shape_basis.cites, [n for key in satisfied for n in numbers[key]], most=10),
    )


def _role(case: Case, noun: str) -> str:
    text = [s.text for s in demanding(case) if re.search(rf"\b{re.escape(noun)}", s.text, re.IGNORECASE)]
    acts = {a.verb for a in case.actions if spaced(a.noun) == noun and a.horizon == "now"}
    # What people add and take away while it works is a pool; what stands in line is a queue.
    if "create" in acts and acts & {"delete", "update"} and any(_POOL.search(t) for t in text):
        return "pool"
    return "queue" if any(_LINE.search(t) for t in text) else "list"


def _purpose(noun: str, role: str) -> str:
    match role:
        case "queue":
            return f"Keeps waiting {plural(noun)} in the order they are served and gives out the next one, each to one taker"
        case "pool":
            return f"Knows every {noun} and whether it is idle or busy; adds and removes them while the program runs"
        case _:
            return f"Keeps {plural(noun)} while the program runs"


def _held_in(noun: str, role: str, where: str, *, kept: bool) -> str:
    if kept:
        return f"{where}: {plural(noun)}"
    match role:
        case "queue":
            return f"Memory: one list for each priority, {plural(noun)} by identifier beside it"
        case "pool":
            return f"Memory: a list in order of creation, each {noun} with its current work and timer"
        case _:
            return f"Memory: {plural(noun)} by identifier"


def _module_failures(noun: str, role: str, takes: Ground | None) -> tuple[FailureMode, ...]:
    match role:
        case "queue":
            return (
                FailureMode(
                    when=f"Two takers ask for the next {noun} at the same moment",
                    then="one lock around taking: one gets it, the other the next or nothing",
                    user_sees=f"each {noun} handled once",
                ),
                FailureMode(
                    when=f"{headed(article(noun))} comes back because its work was stopped",
                    then="it returns to its old place, ordered by its number within its priority, not to the end",
                    user_sees=f"the {noun} waiting again, at its old place",
                ),
            )
        case "pool":
            timer = f"the timer of {takes.quote}" if takes else "its timer"
            return (
                FailureMode(
                    when=f"{headed(article(noun))} is removed while it works",
                    then=f"{timer} is cancelled first, then its work is given back; the end of a cancelled timer changes nothing",
                    user_sees="the work waiting again, never lost and never done twice",
                ),
            )
        case _:
            return (
                FailureMode(
                    when=f"{headed(article(noun))} is asked for that does not exist", then="nothing changes", user_sees=f"that there is no such {noun}"
                ),
            )


def browser(case: Case, scope: Scope, entities: tuple[Entity, ...]) -> tuple[Component, ...]:
    """Return the client program and, where something is kept, the browser's storage."""
    keys = tuple(r.key for r in scope.requirements if r.horizon == "now")
    stored = case.traits.engine == "browser" or bool(entities)
    acts = people(case)
    basis = case.traits.shape_basis
    used = mention(case, re.compile(r"\b(?:browser|local ?storage|indexeddb|offline|client|canvas|device)\b", re.IGNORECASE))
    names = listing([spaced(e.name) for e in entities if e.tier != "future"], most=4)
    client = Component(
        key=CLIENT,
        name="Client program",
        kind="client",
        context="Client",
        purpose=f"All of it: {doing(acts, most=4)}" if acts else f"All of it: {clipped(scope.summary, 160)}",
        uses=(BROWSER_STORE,) if stored else (),
        store=f"{names or 'Its data'} in the browser's own storage" if stored else f"Nothing is kept: {clipped(case.traits.engine_basis.because, 120)}",
        scaling="Runs on each visitor's device; static files scale by themselves",
        interface="The screen; no network interface of its own",
        failures=(
            FailureMode(
                when="The page is reloaded in the middle of an action",
                then="the last finished change is read back" if stored else "it starts afresh",
                user_sees="all but the unfinished change" if stored else "an empty start",
            ),
        ),
        satisfies=keys,
        cites=cites(basis.cites, used.cites if used else (), [n for r in scope.requirements if r.horizon == "now" for n in r.cites], most=10),
    )
    if not stored:
        return (client,)
    store = Component(
        key=BROWSER_STORE,
        name="Browser storage",
        kind="store",
        context="Client",
        purpose=f"Keeps {names or 'the data'} on the device between visits",
        store=f"IndexedDB or localStorage: {names or 'one record for each thing'}, with a version number of the layout",
        owns=tuple(e.key for e in entities if e.tier != "future"),
        scaling="About 5 MB in localStorage, more in IndexedDB; one device, one person",
        interface="Read at the start, written after every change",
        failures=(
            FailureMode(
                when="The storage is full or switched off (private window)",
                then="the program works on in memory and says so",
                user_sees="a notice that nothing is kept after closing",
            ),
            FailureMode(
                when="The person clears the browser's data or changes the device",
                then="there is no copy elsewhere; that is the price of having no backend",
                user_sees="an empty start",
            ),
        ),
        cites=basis.cites,
    )
    return (client, store)


def described(case: Case, entities: tuple[Entity, ...]) -> str:
    """Return the parts of a program as words, for the decision about the whole."""
    things = [f"the {noun} {_role(case, noun)}" for noun, _ in held(case, entities)]
    return listing(things) or counted(1, "part")
