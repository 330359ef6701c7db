"""English word classes that the rules read sentences with."""

from __future__ import annotations

import re


def vocabulary(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


SYSTEMS = vocabulary("""
    api app application backend bot database it job platform portal program server service site software solution system tool website
""")
"""Subjects that are the program itself."""

PRONOUNS = vocabulary("""
    them him us me ones     themselves himself herself itself themself another others somebody someone anybody anyone nobody     all both each everyone he i it one she that there these they this those we what which who you
""")
"""Words that stand for a thing named elsewhere."""

DETERMINERS = vocabulary("""
    a about active all an another any automatic available basic certain closed complete completed current daily defined deleted detailed different
    e-mail-like each eight entire every exclusive existing first fitting five following four free full given her his immediate individual invalid its
    large last latest least long manual many monthly more most multiple mutually my new newest next nine no normal of oldest one online only open
    other our overdue own pending personal possible previous previously private public published random real recent relevant same saved selected seven
    several short simple single six small some specific such ten text that the their these this those three two unique unread up upcoming uploaded
    valid various weekly whole yearly your
""")
"""Words before a noun that say which or how many, not what."""

STOP = vocabulary("""
    about according exactly separately across after again against along already also always among and anyway are as at automatically back based be because been before
    being between both but by can consisting containing could did directly do does down during easily either for from had has have here if immediately
    in including instead into is just later may might must neither never not off on once only onto or out over per quickly shall should since so still
    than that then there through to together too twice under until up upon using via was were when where whether which while who whom whose will with
    within without would yet
""")
"""Words at which a noun phrase ends."""

GENERIC_HEADS = vocabulary("""
    amount box button collection column columns copy data detail details entries entry field fields form info information item items list lists name
    number numbers overview page pages record records result's row screen set state status summary table value values view views
""")
"""Heads that say nothing by themselves: a list of surveys is about surveys."""

UI = vocabulary("""
    bar box browser button checkbox click color colour cursor dialog dropdown enter error field font footer form header home homepage icon input
    interface key keyboard layout link menu message-box mouse page panel popup screen sidebar site tab theme touch ui ux view website widget window
""")
"""Parts of a screen: no backend keeps them."""

VAGUE = vocabulary("""
    read write call iteration decoupling     power energy money paper sense end     log logs     foundation capability possibility opportunity experience service solution value effort     point hour day week month year minute second go get present maximum minimum draft length half bit     ability above access activity anything app area below case cost data datum efficiency everything example flow front function in_front information
    inside issue many much need nothing number order_of place platform principle process purpose rest result_of role something step thing time
    today topic way work
""")
"""Nouns that name no thing a system could keep."""

PARTICLES = vocabulary("""
    away back down in off on out over up
""")
"""Words that belong to the verb before them."""

LEADS = vocabulary("""
    and or then to also can could may must should shall will would i we they he she it not only , ; / & who that which users people cannot
""")
"""Words after which a verb is a verb and not a noun."""

BE = vocabulary("""
    are be been being get gets got is was were
""")
"""Auxiliaries of the passive."""

DOCUMENTS = vocabulary("""
    application exam form poll questionnaire quiz survey test
""")
"""Things that are completed by submitting an answer to them."""

ATTRIBUTES = vocabulary("""
    address age amount birthday category color colour comment-text currency date deadline description due-date duration e-mail email end height iban
    label language link location name password phone place price priority quantity rating reason room score size start status text time title url
    username weight
""")
"""Nouns that are members of a thing, not things."""

PEOPLE = re.compile(
    r"(?:user|member|customer|client|admin|manager|owner|guest|visitor|person|people|patient|doctor|nurse|student|teacher|author|reader|editor|moderator|player|seller|buyer|bidder|vendor|merchant|driver|rider|"
    r"employee|staff|engineer|developer|analyst|operator|coordinator|respondent|participant|organi[sz]er|host|tenant|resident|neighbou?r|librarian|agent|worker|team|subscriber|follower|viewer|caretaker|board|"
    r"auctioneer|borrower|lender|clinician|receptionist|accountant|auditor|parent|child|citizen|applicant|case ?worker|device|gateway|sender|partner|secretary|technician|volunteer|trainer|coach|supplier|clerk|officer|watcher|pupil|household|attendee|speaker|judge|dispatcher|courier|chef|waiter|cashier|buyer|instructor|steward|warden|committee|planner|recipient|patron|everybody|everyone|anybody|anyone|meter|sensor|machine|terminal|library|school|shop|restaurant|hospital|branch|office|department|referee|spectator|listener|tester|reporter|writer|gardener|cook|pilot|captain|skipper|sailor|holder|registrar)s?$"
)
"""Words for people, and for programs that call."""


AGENT = re.compile(r"[a-z]{3,40}(?:er|or|ist|ian|eer|ee|ant)s?$")
"""Endings of words for people by what they do: cataloguer, auditor, archivist, trustee."""
NOT_AGENTS = vocabulary("""
    answer another banner barrier border browser buffer center centre character chapter cluster colour color committee computer container corner counter coffee cover
    customer-order degree door elevator error factor fee filter floor folder footer header indicator letter meter monitor newsletter number offer order other
    paper parameter poster power printer processor project-folder quarter queue register restaurant-order river router server shelter slider summer timer
    trailer transfer tree trigger user-story vector voucher water weather winter assistant-list grant restaurant variant participant-list plant tenant-list
""")
"""Words that end like them and are things."""


def is_person(name: str) -> bool:
    """Whether an actor's name is a word for people, or for a program that calls."""
    last = name.split(" ")[-1]
    return bool(PEOPLE.search(name) or (AGENT.fullmatch(last) and last not in NOT_AGENTS and last.removesuffix("s") not in NOT_AGENTS))
