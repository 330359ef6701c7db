"""Retention periods bound to what their clause names, recovery as stated, bursts that are no average."""

from __future__ import annotations

import io

import pytest

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.layers import recovery
from backend_architect.architects.rules.layers.grounds import load
from backend_architect.architects.rules.reading.periods import audit_period, of_entity, phrase
from backend_architect.architects.rules.study import study
from backend_architect.ingest.facts import profile
from backend_architect.ingest.read import read


def _case(text: str) -> Case:
    brief = read("-", stdin=io.BytesIO(text.encode()))
    return study(brief, profile(brief))


_KEPT = (
    "# Ledger\n\nClerks create orders and notes in a web service with a PostgreSQL database.\n\n"
    "Every change is written to an audit log. The log is kept for 4 years.\n\n"
    "Orders are deleted 8 years after delivery. The remark on the order is deleted 6 months after delivery.\n"
)


def test_each_period_holds_for_what_its_clause_names() -> None:
    case = _case(_KEPT)
    audit, order, note = of_entity(case, "audit_event"), of_entity(case, "order", ("id", "remark")), of_entity(case, "note")
    assert audit[0] is not None
    assert order[0] is not None
    assert (audit[0].value, order[0].value, note[0]) == ("4 years", "8 years after delivery", None)
    assert [(name, period.value) for name, period in order[1]] == [("remark", "6 months after delivery")]
    assert audit_period(case) == audit[0]
    assert phrase(case) == "log: 4 years; orders: 8 years after delivery; remark on the order: 6 months after delivery"


def test_what_is_said_of_all_data_holds_for_every_thing_but_people_and_sessions() -> None:
    case = _case("# Notes\n\nUsers create notes in a web service. All data is kept for 90 days.\n")
    kept = of_entity(case, "note")[0]
    assert kept is not None
    assert (kept.value, of_entity(case, "user")[0], of_entity(case, "session")[0]) == ("90 days", None, None)


@pytest.mark.parametrize(
    ("said", "rpo", "rto", "safe"),
    [
        ("After a crash the service must be back within 2 hours, and no order older than 10 minutes may be lost.", "10 min", "2 h", ""),
        ("No paid order and no refund may be lost.", None, None, "paid orders and refunds"),
        ("At most 20 minutes of data may be lost, and it must be back within 6 hours.", "20 min", "6 h", ""),
        ("Orders must be listed within 2 hours of arrival.", None, None, ""),
    ],
)
def test_what_may_be_lost_and_when_it_is_back_is_taken_from_the_brief(said: str, rpo: str | None, rto: str | None, safe: str) -> None:
    case = _case(f"# Shop\n\nCustomers create orders in a web service with a PostgreSQL database.\n\n- {said}\n")
    wanted = recovery.wanted(case)
    assert (wanted.rpo and wanted.rpo.text, wanted.rto and wanted.rto.text, recovery.safe(case)) == (rpo, rto, safe)


def test_a_burst_is_a_peak_and_never_the_average() -> None:
    case = _case("# Votes\n\nUsers create votes in a web service.\n\n- Votes: 2 a second on average, bursts of 60 a second in the last ten seconds.\n")
    demand = load(case)
    assert (demand.writes, demand.peak, demand.stated_peak) == (2.0, 60.0, True)
