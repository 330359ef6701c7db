"""Reading a brief: every way it can fail, front matter, title, language, line numbers."""

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_architect.brief import Brief, Statement
from backend_architect.errors import BriefError, FactError
from backend_architect.ingest import profile, read


def brief_of(text: str | bytes, **options: int) -> Brief:
    data = text.encode() if isinstance(text, str) else text
    return read("-", stdin=io.BytesIO(data), **options)


def test_a_brief_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "bike-rental_app.md"
    data = b"A rider books a bike.\n\n- [x] pay\n"
    file.write_bytes(data)

    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    assert read(str(file), stdin=io.BytesIO()) == Brief(
        path=str(file),
        sha256=hashlib.sha256(data).hexdigest(),
        title="Bike rental app",
        language="en",
        statements=(
            Statement(number=1, kind="sentence", text="A rider books a bike.", first_line=1, last_line=1, digest=digest("A rider books a bike.")),
            Statement(number=2, kind="item", text="pay", first_line=3, last_line=3, checked=True, digest=digest("pay")),
        ),
        size=len(data),
    )


BAD: list[tuple[str, bytes, str]] = [
    ("empty", b"", "standard input is empty: write down what is to be built"),
    ("white", b" \n\t\n", "standard input is empty: write down what is to be built"),
    ("invisible", "\u200b\u2060\n".encode(), "standard input is empty: write down what is to be built"),
    ("binary", b"PK\x03\x04\x00\x00", "standard input is binary (a NUL byte at offset 4): give the brief as Markdown or plain text"),
    ("latin-1", b"one\ntwo caf\xe9\n", "standard input is not UTF-8: byte 0xe9 at offset 11, line 2; save it as UTF-8"),
    ("utf-16", "\ufeffA brief".encode("utf-16-le"), "standard input is UTF-16, not UTF-8: save it as UTF-8, for example with 'iconv -f UTF-16 -t UTF-8'"),
    ("utf-32", "A".encode("utf-32"), "standard input is UTF-32, not UTF-8: save it as UTF-8, for example with 'iconv -f UTF-32 -t UTF-8'"),
    ("comment", b"<!-- only this -->\n", "standard input holds no text outside comments and front matter: write down what is to be built"),
    ("list", b"---\n- a\n- b\n---\ntext\n", "standard input:2: front matter is not a mapping: write 'key: value' lines"),
    (
        "scalar",
        b"---\njust words\n---\ntext\n",
        "standard input:2: front matter is not a mapping: write 'key: value' lines, or put a blank line after the first '---' if it is no front matter",
    ),
    ("alias", b"---\na: &x [1]\nb: [*x, *x]\n---\ntext\n", "standard input:2: front matter uses a YAML anchor or alias: write the value out"),
    (
        "unclosed",
        b"\n---\nusers: 5\nauthor: Ann\n\n# Kiosk\n\nIt sells tea.\n",
        "standard input:2: front matter is opened and never closed: put a line '---' after its last key, "
        "or a blank line after the first '---' if it is no front matter",
    ),
    (
        "mistyped",
        b"---\nauthor: Ann\nuserz: 5\n---\ntext\n",
        "standard input:3: front matter: unknown fact 'userz': did you mean 'users'? if it is no fact, give it another name",
    ),
    ("twice", b"---\nusers: 1\nusers: 2\n---\ntext\n", "standard input:3: front matter states 'users' twice: keep one"),
    ("deep", b"---\na: " + b"[" * 20 + b"]" * 20 + b"\n---\ntext\n", "standard input:2: front matter is nested more than 8 deep: keep it flat"),
    ("long", b"---\na: [" + b"1," * 2500 + b"1]\n---\ntext\n", "standard input:2: front matter has more than 2,000 values: keep it to a short list of facts"),
]


@pytest.mark.parametrize(("data", "message"), [(data, message) for _, data, message in BAD], ids=[name for name, _, _ in BAD])
def test_a_bad_brief_is_named_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(BriefError) as caught:
        brief_of(data)
    assert str(caught.value) == message


def test_malformed_front_matter_names_its_line() -> None:
    with pytest.raises(BriefError, match=r"^standard input:4: malformed front matter \(.+\): mend it, or put a blank line"):
        brief_of("<!-- made by hand -->\n---\nusers: 5\nname: a: b\nc: d\n---\ntext\n")


def test_a_path_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "no.md")
    with pytest.raises(BriefError) as caught:
        read(missing, stdin=io.BytesIO())
    assert str(caught.value) == f"no brief at {missing!r}: check the path, or give '-' to read standard input"
    with pytest.raises(BriefError) as caught:
        read(str(tmp_path), stdin=io.BytesIO())
    assert str(caught.value) == f"{str(tmp_path)!r} is a directory: name the brief's file in it"
    for path in ("a\0b", "x" * 5000, "\x1b[31m.md"):
        with pytest.raises(BriefError) as caught:
            read(path, stdin=io.BytesIO())
        assert str(caught.value).isprintable()


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, who may read everything.
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BriefError, match="permission denied; make the file readable"):
        read(str(tmp_path / "a.md"), stdin=io.BytesIO())


def test_the_size_cap_is_inclusive() -> None:
    assert brief_of("ten bytes!", size_cap=10).size == 10
    with pytest.raises(BriefError, match="larger than 9 bytes"):
        brief_of("ten bytes!", size_cap=9)


def test_front_matter_states_facts_and_leaves_line_numbers_alone() -> None:
    brief = brief_of("\n<!-- source: here -->\n---\ntitle: Ferry desk\nauthor: Ann\nusers: 120\nstack: [Go, NATS]\ndb: none\n---\n\n## First\n\nText.\n")
    assert brief.title == "Ferry desk"
    assert brief.stated == (("users", "120"), ("stack", "Go"), ("stack", "NATS"), ("db", "none"))
    assert [(s.text, s.first_line) for s in brief.statements] == [("First", 11), ("Text.", 13)]


def test_front_matter_may_end_with_dots() -> None:
    brief = brief_of("---\nusers: 120\n...\nA ferry desk.\n")
    assert (brief.stated, [s.text for s in brief.statements]) == ((("users", "120"),), ["A ferry desk."])


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        *(("usres", "users"), ("user", "users"), ("Teams", "team"), ("requests_per_secnd", "requests-per-second"), ("avialabilty", "availability")),
        *(("real time clock", None), ("complience", "compliance"), ("realtme", "realtime"), ("databse", "database"), ("regin", "region")),
        *((key, None) for key in ("author", "date", "tags", "title", "version", "status", "name", "description", "owner", "type", "lang", "layout")),
        *((key, None) for key in ("category", "draft", "created", "priority", "stage", "keywords", "slug", "host", "post", "headline", "read_time", "slack")),
        *((key, None) for key in ("data", "theme", "source", "state", "scope", "client", "contact", "reader", "order", "project", "summary", "url", "id")),
    ],
)
def test_a_key_that_is_no_fact_is_the_authors_own_unless_it_is_a_slip(key: str, fact: str | None) -> None:
    text = f"---\n{key}: 5\n---\nA ferry desk.\n"
    if fact is None:
        assert brief_of(text).stated == ()
        return
    with pytest.raises(BriefError) as caught:
        brief_of(text)
    assert str(caught.value) == f"standard input:2: front matter: unknown fact {key!r}: did you mean {fact!r}? if it is no fact, give it another name"


@pytest.mark.parametrize("text", ["---\n\nusers: 5\n\n---\nend\n", "---\nWe sell tea.\n", "intro\n\n---\nusers: 5\n---\n"])
def test_a_thematic_break_is_no_front_matter(text: str) -> None:
    assert brief_of(text).stated == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("## Small\n\n# Big:\n\ntext", "Big"),
        ("## Small\n\ntext", "Small"),
        ("---\ntitle: Stated\n---\n## Small\n", "Stated"),
        ("---\ntitle: Stated\n---\n# Big\n", "Big"),
        ("only text", "Untitled brief"),
    ],
)
def test_title(text: str, title: str) -> None:
    assert brief_of(text).title == title


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The user can pay for an order and see it.", "en"),
        ("O usuário pode pagar o pedido e não precisa de uma conta.", "pt"),
        ("El usuario puede pagar el pedido y no necesita una cuenta.", "es"),
        ("L'utilisateur peut payer la commande et ne doit pas créer un compte pour cela.", "fr"),
        ("Der Benutzer kann die Bestellung bezahlen und muss nicht mit einem Konto arbeiten.", "de"),
        ("L'utente può pagare l'ordine e non deve creare un conto per il servizio.", "it"),
        ("De gebruiker kan de bestelling betalen en moet geen account maken voor het systeem.", "nl"),
        ("Użytkownik może zapłacić za zamówienie i nie musi się rejestrować, co jest ważne.", "pl"),
        ("用户可以支付订单，不需要注册 account。", "zh"),
        ("ユーザーは注文を支払うことができます。", "ja"),
        ("사용자는 주문을 결제할 수 있습니다.", "ko"),
        ("Пользователь может оплатить заказ.", "ru"),
        ("يمكن للمستخدم دفع ثمن الطلب.", "ar"),
        ("המשתמש יכול לשלם עבור ההזמנה.", "he"),
        ("12345 67890", "en"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert brief_of(text).language == language


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode), st.text(alphabet="-:>#*`<![]()|&\n \t.1aé用\u202e", max_size=120).map(str.encode))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        brief = brief_of(data)
        profile(brief)
    except (BriefError, FactError):
        return
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    assert [statement.number for statement in brief.statements] == list(range(1, len(brief.statements) + 1))
    for statement in brief.statements:
        assert 1 <= statement.first_line <= statement.last_line <= lines
        assert statement.text.strip()
        assert statement.parent is None or statement.parent < statement.number
        assert not set(statement.text) & set("\x1b\u202e\u200b\x07")
