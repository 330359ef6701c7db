"""Words the rules recognise in sentences: verbs by operation, cues by kind."""

from __future__ import annotations

import re
from functools import lru_cache

from backend_architect.architects.rules.case import Verb
from backend_architect.expressions import expression

_VERBS: dict[Verb, str] = {
    "create": "create add make write compose enter type input define draft open-new record log note build generate start begin place post publish host list-item raise offer",
    "read": "see view read open display show look browse inspect preview check watch consult access get retrieve fetch visit follow-up",
    "list": "list overview",
    "search": "search find filter sort look-up lookup query discover match",
    "update": "update edit change modify rename correct adjust revise decrease amend alter customise customize increase",
    "delete": "delete remove discard erase destroy clear purge drop unfollow unfavorite unlike",
    "change-state": "complete finish close reopen approve reject accept decline confirm cancel activate deactivate enable disable mark move archive restore lock unlock "
    "pause resume stop suspend block unblock expire extend return renew pin flag drag release award conduct toggle escalate resolve withdraw check-in checkout",
    "submit": "submit answer respond vote rate review bid order book reserve apply request sign-up enrol enroll borrow report-fault reply fill ask lend bid scan",
    "assign": "assign allocate delegate invite share grant transfer attach link tag label",
    "comment": "comment annotate discuss",
    "join": "join leave follow subscribe unsubscribe favorite favourite like",
    "send": "send message chat talk broadcast forward deliver push pass relay emit route transmit",
    "upload": "upload attach-file photograph",
    "download": "download",
    "login": "login log-in sign-in sign authenticate",
    "register": "register sign-up-account",
    "logout": "logout log-out sign-out",
    "pay": "pay charge purchase buy refund donate settle invoice bill checkout-cart",
    "notify": "notify remind alert email warn inform text tell",
    "schedule": "schedule plan repeat",
    "import": "import load ingest receive collect capture accept-file",
    "export": "export print",
    "report": "report summarise summarize aggregate tabulate chart count analyse analyze visualise visualize audit",
    "compute": "compute calculate score predict estimate rank process convert transform screen detect shorten encode evaluate train recommend",
    "integrate": "integrate connect sync synchronise synchronize interface mediate broker",
    "validate": "validate verify check-valid enforce prevent restrict limit reject-invalid deny",
    "track": "track monitor measure observe follow-progress",
    "configure": "configure put press set select choose pick switch manage administer maintain handle control",
    "store": "store save keep persist retain hold cache back-up remember",
}

MOVES = frozenset({"publish", "import", "fetch", "load", "export", "collect", "ingest", "sync", "receive"})
"""Operations that are done to whole things, even where their name is that of a member elsewhere."""

_IRREGULAR = {
    "written": "write",
    "wrote": "write",
    "made": "make",
    "seen": "see",
    "saw": "see",
    "sent": "send",
    "chosen": "choose",
    "chose": "choose",
    "found": "find",
    "kept": "keep",
    "held": "hold",
    "paid": "pay",
    "bought": "buy",
    "built": "build",
    "shown": "show",
    "got": "get",
    "set": "set",
    "left": "leave",
    "put": "put",
    "read": "read",
    "begun": "begin",
    "taken": "take",
    "borrowed": "borrow",
    "dragged": "drag",
    "dropped": "drop",
    "stopped": "stop",
    "flagged": "flag",
    "logged": "log",
    "tagged": "tag",
    "pinned": "pin",
    "submitted": "submit",
    "cancelled": "cancel",
    "cancelling": "cancel",
    "submitting": "submit",
    "logging": "log",
    "dropping": "drop",
    "stopping": "stop",
    "planned": "plan",
    "told": "tell",
    "lent": "lend",
}


def _forms(word: str) -> list[str]:
    """Return a verb with its regular inflections."""
    if word.endswith("e"):
        return [word, word + "s", word + "d", word[:-1] + "ing"]
    if word.endswith("y") and len(word) > 2 and word[-2] not in "aeiou":
        return [word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"]
    if word.endswith(("s", "sh", "ch", "x", "z")):
        return [word, word + "es", word + "ed", word + "ing"]
    return [word, word + "s", word + "ed", word + "ing"]


@lru_cache(maxsize=1)
def verbs() -> dict[str, tuple[str, Verb]]:
    """Return every known verb form with its base form and operation."""
    table: dict[str, tuple[str, Verb]] = {}
    for operation, words in _VERBS.items():
        for word in words.split():
            if "-" in word and word not in ("log-in", "sign-in", "sign-up", "log-out", "sign-out", "look-up", "check-in", "back-up"):
                continue
            for form in _forms(word):
                table.setdefault(form, (word, operation))
    for form, base in _IRREGULAR.items():
        if base in table:
            table[form] = table[base]
    return table


def _any(*words: str) -> re.Pattern[str]:
    return expression("|".join(words), re.IGNORECASE)


MODAL = _any(
    r"\b(?:must|shall|should|needs? to|has to|have to|ha[ds] to be|required to|able to|allowed to|wants?(?: to)?|wish(?:es)?|would like|can(?:not|'t)?|may(?: not| only)?|will(?: not)?)\b",
    r"\b(?:deve(?:rá|rão|m)?|precisa(?:m|rá)?|é necessário|é permitido|podem?)\b",
    r"\b(?:debe(?:n|rá)?|necesita(?:n)?|tiene(?:n)? que|puede(?:n)?)\b",
    r"\b(?:doi(?:t|vent)|devra|il faut|peu(?:t|vent))\b",
    r"\b(?:muss|müssen|soll(?:en)?|darf|dürfen|kann|können)\b",
    r"必须|需要|应该|可以|应当|能够",
)
STRONG_MODAL = _any(
    r"\b(?:must|shall|needs? to|has to|have to|(?:is|are) required|required to|mandatory|not allowed|no longer than|at least|at most|up to|never)\b",
    r"\b(?:deve(?:rá|rão)|obrigatório|não é permitido|pelo menos)\b",
    r"\b(?:debe(?:n|rá)?|obligatorio)\b",
    r"\b(?:doi(?:t|vent)|obligatoire)\b",
    r"\b(?:muss|müssen|darf nicht|verpflichtend)\b",
    r"必须|不得",
)
STORY = expression(r"\bas (?:an?|the|our)?\s*(?P<actor>[\w' -]{2,50}?)(?:,\s*(?:[^,]{2,60},\s*)?|\s+)I\b", re.IGNORECASE)

NEGATED = _any(
    r"\bout of scope\b",
    r"\bnot (?:in|part of) (?:the )?(?:scope|this phase|v1|the first)",
    r"\bwe will not\b",
    r"\bno need (?:to|for)\b",
    r"\bnot (?:the )?focus\b",
    r"\bneed not\b",
    r"\bdo(?: not|n\'t) build\b",
    r"不在范围",
    r"não é necessário",
    r"não precisa",
    r"nicht teil",
)
LATER = _any(
    r"\bbonus\b",
    r"\bnice to have\b",
    r"\blater (?:phase|version|release|stage|step)s?\b",
    r"\b(?:added|comes?|done|built|follow(?:s|ed)?|considered|possible) later\b",
    r"\bin (?:a|the) (?:later|second|next|future) (?:phase|version|step)\b",
    r"\beventually\b",
    r"\bphase (?:2|3|two|three)\b",
    r"\bfuture (?:version|phase|release)s?\b",
    r"\boptional(?:ly)?\b(?! (?:field|parameter|query|attribute|`))",
    r"\bone day\b",
    r"\bat some point\b",
    r"\bcan be added later\b",
    r"\bsomeday\b",
)

QUALITY = _any(
    r"\b(?:p9\d|p50|percentile|latency|latencies|response times?|throughput|uptime|availab|scal(?:e|es|able|ability)|concurren|performan|secure|security|reliab|resilien|fault|accessib|maintainab|usab|responsive|observab|audit|encrypt|privacy|zero[- ]downtime|back-?ups?|recover)\w*",
    r"\b(?:requests?|reads?|writes?|messages?|bids?|events?|users?|customers?|viewers?|members?|visits?|transactions?)\b.{0,25}\b(?:per|a|an|/) ?(?:second|sec|s|minute|hour|day|month|year)\b",
    r"\b\d[\d.,]{0,20} ?(?:ms|milliseconds?|seconds?|%)\b",
    r"\b(?:fast|quick(?:ly)?|real[- ]time)\b",
    r"高可用|可用性|延迟|流量|性能|快的|实时|用户量|写入|读取|读写",
    r"disponib|desempenho|latência|p99|seguran",
    r"rendimiento|disponibilidad",
    r"verfügbar|sicherheit|antwortzeit",
    r"traffic",
)
CONSTRAINT = _any(
    r"\b\d[\d.,]{0,20}k? ?(?:EUR|USD|GBP|CHF|euros?|dollars?)\b|[€$£] ?\d",
    r"\b(?:budget|deadline|cost|no (?:data )?persist\w+|in[- ]memory|inside memory|compliance|compliant|gdpr|hipaa|pci|soc ?2|ferpa|section 508|law|legal|regulat\w+|licen[cs]e|open source|on[- ]prem\w*|hosted|docker|kubernetes|container\w*|port \d+|linux)\b",
    r"\b(?:must|should|have to|has to|only|either) (?:\w+ ){0,2}(?:use|be written|be implemented|run on|be deployed|be built)\b",
    r"\bmust not\b",
    r"\bmust follow\b",
    r"\beither\b.{2,60}\bor\b",
    r"\bnot (?:be )?(?:allowed|permitted)\b",
    r"\bwithout (?:a |an )?(?:database|server|login|kubernetes)\b",
    r"\buse (?:\.net|python|go|golang|node|java|postgres\w*|mysql|react|django|rails|azure|aws)\b",
    r"\bwe use an?\b",
    r"\bno login\b",
    r"\bno more than\b|\bmaximum of\b|\bat most\b",
    r"não é permitido|restringir|restriç|deverá(?:o)? estar|compatíveis",
    r"nicht erlaubt|darf nicht|vorgabe",
    r"只能|不允许",
)
INTEGRATION = _any(
    r"\b(?:integrat(?:e|es|ed|ing)\b|integrations? (?:with|to|into)|third[- ]party|external (?:service|system|api|provider)s?|single sign-on|sso|oauth|saml|webhooks?|payment (?:provider|gateway|processor)s?|stripe|paypal|twilio|sendgrid|mailgun|active directory|ldap|identity provider|e-?mail provider|sms (?:provider|gateway))\b",
    r"\b(?:legacy|existing) (?:system|database|application|api)s?\b",
    r"\bimport(?:s|ed)? from\b|\bsync(?:s|hronis\w+|hroniz\w+)? with\b",
    r"integr(?:a|ar|am)\b|processador(?:es)? de pagamento|payment processor",
    r"schnittstelle|anbindung",
)

DIRECTIVE = expression(
    r"^(?:expose|provide|support|develop|build|create|design|implement|write|make|we(?: are|'re)? (?:build|need|want)\w*|i (?:want|need)|our (?:goal|aim))\b",
    re.IGNORECASE,
)
"""Sentences that give the assignment."""

GENERIC_TITLE = expression(
    r"^(?:endpoints?|read ?me|introduction|overview|quick ?start(?: guide)?|specifications?|requirements?|instructions|project brief|brief|proposal|document|untitled|home|student guide|guide|poc|mvp|proof of concept|prototype|pull request|api|rest(?:ful)? api|deliverables?|minimum viable product|"
    r"state of .* request for proposals|request for proposals?|rfp|.*take[- ]home.*|.*take[- ]home assignment.*)$",
    re.IGNORECASE,
)

PRIVILEGED = expression(
    r"\b(?:admin\w*|coordinators?|managers?|moderators?|editors?|operators?|supervisors?|staff|librarians?|doctors?|clinicians?|analysts?|auctioneers?|clerks?|receptionists?|cashiers?|registrars?|dispatchers?|catalogu?ers?|secretar\w+|librarian|caretakers?|boards?)\b",
    re.IGNORECASE,
)
ANONYMOUS = expression(r"\b(?:anonymous|visitors?|guests?|anyone|anybody|everyone|everybody|public|respondents?|unregistered)\b|匿名", re.IGNORECASE)
ACCESSIBILITY = expression(r"\b(?:section 508|wcag|ada|en 301 549|accessib\w*)\b", re.IGNORECASE)
"""Rules about people with disabilities: they bind the client, not the data."""

WANTS = expression(r"\b(?:wants?|prefers?|would (?:rather|prefer)|needs?|would like|wish(?:es)?|asks? for|(?:is|are) asking for|requires?)\b", re.IGNORECASE)
"""How a background section voices a demand."""
ASKS = expression(r"\b(?:asking for|asks? for|wants?|needs?|requires?|requirements?|must|should|shall|will|can|features?|following)\b.*[:：]$", re.IGNORECASE)
"""A lead-in whose list is what is asked for."""
LEGALESE = expression(
    r"\b(?:copyright|trademarks?|warrant(?:y|ies)|endorse\w*|intellectual property|unless otherwise noted|no part of this document|third[- ]party sites?|all rights reserved|subject to change without notice)\b",
    re.IGNORECASE,
)

META = expression(
    r"\binterview(?:er|ee)?\b|面试官|\b(?:this|the) (?:exercise|tutorial|guide)\b|^(?:discuss|clarify|ask|outline|explain|identify any|describe|dive into|address bottlenecks|review)\b|^(?:all )?(?:proposals?|offerors?)\b|^(?:the )?lowest\b.{0,20}\bproposals?\b",
    re.IGNORECASE,
)
"""Sentences about the exercise or the procurement, not about the product."""
EQUATION = expression(r"\d[^=]{0,200}(?:=|≈)[^=]*\d")
CONVERSION = expression(r"\bconversions?\b|转换|conversão|umrechnung", re.IGNORECASE)
NEGATIVE_LEAD = expression(r"\b(?:not|never|no)\b[^.]*[:：]$|\bnão\b[^.]*:$|\bnicht\b[^.]*:$", re.IGNORECASE)
"""A lead-in whose list is what must not be."""
ENSURE = expression(r"^(?:the )?[\w ]{2,40}? (?:shall|must|should|will|has to) (?:(?:also )?ensure(?: that)?|make sure(?: that)?) (?=\w)", re.IGNORECASE)
GRANT = expression(
    r"^(?:the )?[\w ]{2,40}? (?:shall|must|should|will) (?:provide|give|offer) (?P<actor>[\w ]{2,40}?) (?:with )?(?:the|an) (?:ability|option|possibility|means) to ",
    re.IGNORECASE,
)
"""`X shall ensure that Y can …`, `X shall provide Y with the ability to …`: Y acts."""
WHERE = expression(
    r"\b(?:where|in which|(?:[Ww]e|[Tt]hey) (?:want|need|expect)|lets?|allows?|enables?|allowing|enabling|letting)\s+(?P<actor>(?:[a-z]+ ){0,2}[a-z]+s)\s+(?:to |can |may )?(?=[a-z])"
)
"""`a platform where members create …`, `it lets visitors book …`: the people named act."""

DOCUMENT_KIND = expression(
    r"\s*[-–—:(]?\s*\b(?:whiteboard design session|student guide|quick ?start(?: guide)?|design doc(?:ument)?|project brief|requirements(?: document| specification)?|product requirements|prd|technical specification|specification|request for proposals?|take[- ]home(?: assignment)?)\b\)?",
    re.IGNORECASE,
)
"""Words of a title that say what kind of document it is, not what the project is."""
CONTRACTOR = expression(r"^(?:the |all |any )?(?:contractors?|vendors?|suppliers?|offerors?|bidders? shall|consultants?|state of \w+)\b", re.IGNORECASE)
"""Subjects who are bound by a contract to do the project, and are no users of it."""
NOT_ASKED = expression(r"\bnot (?:be )?(?:required|responsible|expected|asked|needed)\b|\bneed not\b|\bout of scope\b|\bnot (?:included|part)\b", re.IGNORECASE)
"""A negative lead-in that frees from something, where others forbid it."""
