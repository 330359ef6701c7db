"""Which nouns are things to store: what never is, what means the same, what a bare thing is known by."""

from __future__ import annotations

from functools import lru_cache

from backend_architect.architects.rules.language.field_types import PEOPLE
from backend_architect.architects.rules.language.words import singular, snake, word_set

_UI = """
    button page list field form click input screen checkbox menu tab window browser dialog popup modal box area chart graph view website
    site interface layout icon key keyboard mouse home_page homepage table row column label text_field bar header footer sidebar panel
    dropdown cursor tooltip banner widget display dashboard app_web url link enter cell chat_box drag drop card_view theme font colour color
    placeholder
"""
_SYSTEM = """
    system application app platform service backend back_end frontend front_end api server database db code software program solution
    product_owner website portal infrastructure container cluster cloud network architecture component module library framework endpoint
    repository script pipeline environment integration interface implementation prototype mvp technology stack codebase ecosystem storage
    queue storage_queue cache broker log_file request response_time call query process thread job worker cron task_queue browser_window
    client_application user_interface test unit_test ci github docker kubernetes aws_ecosystem machine hardware storage_account result_txt
    file_system
"""
_ABSTRACT = """
    experience performance maintainability scalability security availability reliability ability functionality feature requirement need
    design efficiency data information detail content result results everything something anything nothing thing stuff way time day week
    month year hour minute second moment number amount quantity count total ratio percentage rest kind type part example case use
    use_case step action activity_level access permission right support help work progress change improvement management development
    maintenance deployment environment documentation communication validation authentication authorization registration login logout
    operation traffic load latency throughput uptime scale capacity_planning quality cost budget price_range risk problem issue_at_hand
    solution goal goal_state objective purpose reason scope context background situation assumption constraint limit limitation rule
    policy_decision principle standard practice approach method mechanism technique strategy plan_b idea concept overview summary statistic
    statistics analysis analytics metric insight trend visualization visualisation representation graphical_representation format version
    state status order_flow flow sequence front in_front how what why who which them it this that these those one other others self
    one_another private public foundation fraudulent_activity suspicious_activity user_activity research user_research usability_testing
    artifact research_artifact fraud crime money loss damage
    trust value benefit opportunity choice_of effort attention focus concern question_of priority_order possibility datum data_source read
    write read_request write_request bandwidth memory disk cpu disk_space storage_space place position direction rate frequency duration size length width
    height weight color shape look feel style look_and_feel community society world market industry business company_wide
    customer_experience user_experience satisfaction feedback_loop interest demand supply procedure regulation compliance law privacy
    confidentiality integrity consistency connection connectivity signal bit byte word sentence phrase term language english
    software_engineer workforce reduce_workforce hosting testing training processing screening_process engineering monitoring logging
    marketing reporting outcome
"""
_NOT_THINGS = word_set(f"{_UI} {_SYSTEM} {_ABSTRACT}")
_FUNCTION_WORDS = word_set(
    """
    in on of to at by for with from as and or not no the a an any all each every some more most less least only also just too very than then
    there here how what why who whom which whose when where while if else front back up down out off over under again once twice away soon
    able same such own other another his her its their our my your it them they he she we you me us i be is are was were been being do does
    did have has had
    """
)
_ADJECTIVE_ENDINGS = ("ive", "able", "ible", "ous", "ful", "less", "ish", "ic")
_NOUNS_LIKE_ADJECTIVES = word_set(
    """
    archive olive table timetable variable vegetable deliverable receivable payable executive initiative incentive topic clinic music logic
    traffic comic mechanic picnic fabric metric garlic directive collective drive hive dish wish
    """
)
_ABSTRACT_ENDINGS = ("ness", "ity", "ism", "ship", "ability")
_THINGS_LIKE_ABSTRACT = word_set(
    """
    city facility activity university identity community charity commodity entity membership scholarship relationship internship ship
    opportunity amenity priority utility liability sponsorship ownership
    """
)
_GERUNDS_THAT_ARE_THINGS = word_set(
    """
    booking listing meeting opening building rating setting recording posting reading painting offering saving hearing screening filing drawing
    warning ranking mapping finding pricing training_session string thing ring king spring wing viewing outing sibling
    """
)

SYNONYMS: dict[str, str] = {
    "account": "user", "user_account": "user", "profile": "user", "user_profile": "user", "person": "user", "people": "user", "end_user": "user",
    "to_do": "todo", "to_do_item": "todo", "todo_item": "todo", "to_do_list_item": "todo", "todo_task": "todo",
    "selection": "option", "choice": "option", "possible_answer": "option", "answer_option": "option", "answer_choice": "option",
    "pic": "photo", "picture": "photo", "e_mail": "email", "msg": "message", "chat_message": "message", "text_message": "message",
    "blog_post": "post", "blog_article": "article", "cart": "cart", "shopping_cart": "cart", "basket": "cart",
    "pagamento": "payment", "pedido": "order", "usuario": "user", "cliente": "customer", "produto": "product", "mensagem": "message",
    "producto": "product", "mensaje": "message", "pago": "payment", "bestellung": "order", "nutzer": "user", "benutzer": "user",
    "kunde": "customer", "produkt": "product", "nachricht": "message", "zahlung": "payment",
}  # fmt: skip
"""Nouns that mean another one, as plain singular snake_case."""

USUAL_WHOLES: dict[str, tuple[str, ...]] = {
    "task": ("project", "board", "list"), "ticket": ("project", "event"), "issue": ("project", "repository"), "card": ("board", "column",
    "list"), "message": ("channel", "conversation", "room", "chat"),
    "photo": ("album", "gallery"), "song": ("playlist", "album"), "lesson": ("course",), "chapter": ("book",), "bid": ("auction", "lot",
    "item"), "lot": ("auction",),
    "review": ("product", "restaurant", "recipe", "book", "course"), "rating": ("product", "recipe", "book"), "comment": ("post",
    "article", "task", "photo"), "question": ("survey", "quiz", "exam", "poll"),
    "option": ("question", "poll"), "response": ("survey", "form"), "booking": ("room", "event", "flight", "table"),
    "reservation": ("room", "table", "book", "event"), "vote": ("poll", "option"), "loan": ("book", "item", "copy"),
    "answer": ("question",), "seat": ("event", "venue"), "ingredient": ("recipe",), "order_item": ("order",), "line_item": ("order",
    "invoice"), "appointment": ("doctor", "clinic"), "measurement": ("device", "sensor"), "reading": ("sensor", "device"),
}  # fmt: skip
"""What a thing usually belongs to; used only where the brief has both and names no other."""

AUTHORED = frozenset(["message", "comment", "post", "article", "reply", "review", "note", "feedback", "announcement", "story", "question_post", "answer"])
"""Things whose value is what somebody wrote; the one who wrote it is the author."""
MONEY_EVENTS = frozenset(["payment", "transaction", "bid", "donation", "invoice", "refund", "expense", "transfer", "deposit", "withdrawal", "charge", "offer"])
EVENTS = word_set(
    """
    order booking reservation appointment vote response submission attempt loan enrollment enrolment registration check_in visit click
    view_event like follow application request session subscription claim shipment delivery trip ride reading measurement scan opening
    """
)
"""Things that happen: they have a moment and a state rather than a title."""
NAMED = word_set(
    """
    category channel room product course bot tag team group organisation organization company restaurant hotel store shop dish ingredient
    item device sensor vehicle car location place venue city country project board playlist album artist station department class subject
    school library customer patient employee student driver member folder label plan role skill service_type brand supplier merchant sender
    contact ward bed table seat building apartment unit machine warehouse
    garage space desk court hall studio locker barrier gate lane
    """
)
"""Things that people know by a name rather than a title."""
FILES = frozenset(["image", "photo", "video", "file", "document", "attachment", "picture", "recording", "audio", "pdf", "avatar"])
APPEND_ONLY = word_set(
    """
    message event log audit_log transaction payment vote reading measurement click visit response submission answer scan
    """
)


@lru_cache(maxsize=4096)
def canonical(noun: str) -> str:
    """Return the singular snake_case noun that stands for this one."""
    one = singular(snake(noun))
    if one in SYNONYMS:
        return SYNONYMS[one]
    head, _, last = one.rpartition("_")
    if (
        head
        and last in ("item", "record", "entry", "datum", "object", "instance")
        and not head.endswith("_list")
        and head not in ("line", "menu", "order", "inventory", "cart", "work", "journal", "log", "agenda", "action")
    ):
        # "a to-do item", "a customer record": the qualifier is the thing.
        return canonical(head)
    return one


KINDS = frozenset({"type", "kind"})
"""Last words of what a thing is sorted by: an appointment type."""
_CALLS = frozenset({"read", "write", "http", "api", "web", "pull", "network", "client", "get", "post"})


@lru_cache(maxsize=4096)
def is_thing(noun: str) -> bool:
    """Return whether a canonical noun can be something that is stored."""
    parts = noun.split("_")
    last = parts[-1]
    if last == "request" and len(parts) == 2 and parts[0] not in _CALLS:
        # A request for something is a thing people make; a request to a server is not.
        return is_thing(parts[0]) or parts[0] in ("title", "time", "leave")
    if last in KINDS and len(parts) == 2:
        # "Appointment types" that somebody defines are a list of their own.
        return parts[0] != "user" and is_thing(parts[0])
    if (
        not noun
        or len(noun) < 3
        or len(parts) > 3
        or noun in _NOT_THINGS
        or last in _NOT_THINGS
        or any(part in _FUNCTION_WORDS for part in parts)
        or any(len(part) < 2 for part in parts)
    ):
        return False
    if last.endswith(_ADJECTIVE_ENDINGS) and last not in _NOUNS_LIKE_ADJECTIVES:
        return False
    if last.endswith(_ABSTRACT_ENDINGS) and last not in _THINGS_LIKE_ABSTRACT:
        return False
    return not (last.endswith("ing") and last not in _GERUNDS_THAT_ARE_THINGS)


def is_person(noun: str) -> bool:
    """Return whether a noun names a kind of person."""
    return noun.split("_")[-1] in PEOPLE
