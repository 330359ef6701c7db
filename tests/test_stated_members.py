"""Members that the sentences settle: what a thing cannot be without, who makes it, what is worked out, which scans are files."""

from __future__ import annotations

import pytest

from backend_architect.architects.rules.api.endpoints import endpoints
from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.entities.entities import entities
from backend_architect.architects.rules.language.wording import plural, spaced
from backend_architect.architects.rules.language.words import an, words
from backend_architect.architects.rules.layers.grounds import load, uploads
from backend_architect.architects.rules.scope.questions import questions
from backend_architect.architects.rules.scope.scope import scope
from backend_architect.architects.rules.study import study
from backend_architect.design import Endpoint
from backend_architect.ingest import profile
from cases import brief


def studied(text: str) -> Case:
    read = brief(text)
    return study(read, profile(read))


def columns(case: Case, table: str) -> dict[str, str]:
    (found,) = (entity for entity in entities(case) if entity.name == table)
    return {field.name: field.type + ("" if field.required else "?") for field in found.fields}


def calls(case: Case) -> dict[str, Endpoint]:
    return {f"{one.method} {one.path}": one for one in endpoints(case, entities(case), component="c-api")}


GYM = """# Gym mats

## What it has to do

- As a customer I can book an appointment and cancel an appointment.
- As a manager I define appointment types with a duration and a price.
- As a receptionist I can move an appointment.

| Role | What they do |
|---|---|
| Customer | book appointments; see the upcoming ones |
| Receptionist | everything a customer can do, for any customer |

An appointment has: customer, trainer, type, start, room, status (booked, moved, cancelled), a free-text wish for the hour.

Customers sign in with e-mail and password.
"""


def test_a_booking_cannot_be_made_without_who_with_whom_when_and_what() -> None:
    found = columns(studied(GYM), "appointments")
    assert {name: found[name] for name in ("customer_id", "appointment_type_id", "start", "room", "status")} == {
        "customer_id": "uuid",
        "appointment_type_id": "uuid",
        "start": "timestamp",
        "room": "text?",
        "status": "enum",
    }
    assert columns(studied(GYM), "appointment_types") == {"id": "uuid", "duration": "integer?", "price": "decimal?", "name": "text", "created_at": "timestamp"}


def test_who_may_do_everything_that_others_can_stands_beside_them() -> None:
    made = calls(studied(GYM))["POST /v1/appointments"]
    assert made.auth == "role"
    assert set(made.roles) == {"customer", "receptionist"}


def test_an_entry_on_a_list_is_read_by_the_staff_who_make_it_and_absences_are_days_of_the_caller() -> None:
    case = studied(
        """# Gym hours

- As a receptionist I put a customer on the waiting list of a trainer.
- As a trainer I set own absences.
- Customers and trainers sign in with e-mail and password.
"""
    )
    assert columns(case, "waiting_list_entries") == {"id": "uuid", "customer_id": "uuid", "trainer_id": "uuid", "created_at": "timestamp"}
    assert calls(case)["GET /v1/waiting-list-entries"].roles == ("receptionist",)
    assert columns(case, "absences") == {"id": "uuid", "trainer_id": "uuid", "starts_on": "date", "ends_on": "date", "created_at": "timestamp"}


HAMMER = """# Wool auctions

1. Before the sale the clerk opens the list: bales with number, title, photos (up to 4 each), weight, starting price.
2. Bidders register with name, address and a card. The card is checked through the payment provider. The clerk approves each bidder and sets a limit.
3. The auctioneer opens a bale. From then on everybody sees each new bid.
4. A bidder presses the button. The next amount is fixed by the table below, nobody types amounts.
5. The auctioneer enters bids from the hall.
6. The clerk closes the bale. After the sale each buyer gets one invoice by e-mail: hammer price, 10% premium, VAT. If it stays unpaid the bidder is blocked.

Absentee bids: a bidder leaves a maximum for a bale before the sale.
"""


def test_a_bid_has_its_bidder_and_an_amount_that_nobody_sends() -> None:
    case = studied(HAMMER)
    assert columns(case, "bids")["bidder_id"] == "uuid?"
    assert columns(case, "absentee_bids") == {"id": "uuid", "bale_id": "uuid", "bidder_id": "uuid", "maximum": "decimal", "created_at": "timestamp"}
    made = next(one for call, one in calls(case).items() if call.startswith("POST") and call.endswith("/bids"))
    assert set(made.roles) == {"auctioneer", "bidder"}
    assert "amount" not in [parameter.name for parameter in made.request]


def test_whoever_has_a_sentence_of_their_own_may_change_the_state() -> None:
    assert set(calls(studied(HAMMER))["PATCH /v1/bales/{id}"].roles) == {"auctioneer", "clerk"}


def test_what_people_register_with_and_what_staff_set_for_them_is_kept_without_the_card() -> None:
    found = columns(studied(HAMMER), "users")
    assert {name: found[name] for name in ("address", "payment_reference", "status", "bidder_limit")} == {
        "address": "text?",
        "payment_reference": "text?",
        "status": "enum",
        "bidder_limit": "decimal?",
    }
    assert not {"card", "card_number"} & set(found)
    register = calls(studied(HAMMER))["POST /v1/users"]
    assert [parameter.name for parameter in register.request] == ["address", "email", "name", "password"]


def test_a_bill_that_people_get_is_a_table_with_its_sums() -> None:
    assert columns(studied(HAMMER), "invoices") == {
        "id": "uuid",
        "buyer_id": "uuid",
        "hammer_price": "decimal",
        "premium": "decimal",
        "vat": "decimal",
        "amount": "decimal",
        "paid_at": "timestamp?",
        "created_at": "timestamp",
    }


def test_photos_of_a_described_thing_are_files_to_keep() -> None:
    case = studied(HAMMER)
    assert columns(case, "bales")["photo_keys"] == "json?"
    assert uploads(case) is not None


LENDING = """# Boat shed
A page for our club where members list the boats they lend: dinghy, canoe.
You pick one, say from when to when, and the owner gets a mail and says yes or no.
"""


def test_a_loan_names_what_who_and_from_when_to_when_and_is_accepted_or_declined() -> None:
    case = studied(LENDING)
    assert columns(case, "loans") == {
        "id": "uuid",
        "boat_id": "uuid",
        "starts_on": "date",
        "ends_on": "date",
        "status": "enum",
        "borrower_name": "text",
        "created_at": "timestamp",
    }
    assert columns(case, "boats") == {"id": "uuid", "title": "text", "owner_name": "text", "owner_email": "text", "created_at": "timestamp"}
    assert [parameter.values for parameter in calls(case)["PATCH /v1/loans/{id}"].request][1:] == [("accepted", "declined")]


PARCELS = """# Parcel lockers

- The courier scans parcel and locker. Scans are timestamped on the device; they can arrive late and twice.
- A customer requests a pickup and chooses a time slot.
- A request goes through: placed, accepted, under way, done, or refused (with the reason), cancelled.

## Systems it talks to

| System | Way | Remark |
|---|---|---|
| Locker maker | REST | 20 calls a second for all together |
"""


def test_scans_of_codes_are_no_files() -> None:
    case = studied(PARCELS)
    assert columns(case, "scans") == {
        "device_scan_id": "uuid",
        "parcel_code": "text",
        "locker_code": "text",
        "scanned_at": "timestamp",
        "created_at": "timestamp",
    }
    assert uploads(case) is None
    assert [parameter.name for parameter in calls(case)["POST /v1/scans"].request] == ["deviceScanId", "parcelCode", "lockerCode", "scannedAt"]


def test_a_request_for_something_is_kept_with_its_states() -> None:
    (found,) = (entity for entity in entities(studied(PARCELS)) if entity.name == "pickup_requests")
    states = next(field.values for field in found.fields if field.name == "status")
    assert states == ("placed", "accepted", "under_way", "done", "refused", "cancelled")
    assert "time_slot" in {field.name for field in found.fields}


def test_what_a_partner_bears_is_not_the_own_load() -> None:
    assert load(studied(PARCELS)).known is False


POLLS = """# House votes

- Organisers define and close polls. This is an administrative function not available to other people.
- Organisers and tenants can define and view polls.
- A tenant can vote in an open poll.
- Organisers and tenants can select the poll to display from a list of closed polls.
- Organisers and tenants can view poll results.
- An organiser can log in.
"""


@pytest.mark.parametrize(("line", "expected"), [("", 1), ("- Organisers and tenants can define and view polls.\n", 0)])
def test_a_right_kept_to_some_and_given_to_others_is_asked(line: str, expected: int) -> None:
    text = POLLS.replace("Organisers", "Coordinators").replace("organiser", "coordinator")
    case = studied(text.replace(line.replace("Organisers", "Coordinators"), "") if line else text)
    assert len([question for question in questions(case) if question.key == "q-rights-poll"]) == expected


def test_results_of_what_is_still_open_are_refused() -> None:
    made = next(one for call, one in calls(studied(POLLS)).items() if call.endswith("/results"))
    assert [error.code for error in made.errors] == ["POLL_NOT_CLOSED"]


COUNTS = """# Short links

Our service shows visit statistics for each month.

```sql
CREATE TABLE links (
    code VARCHAR(8) NOT NULL PRIMARY KEY,
    target VARCHAR(500) NOT NULL
);
```
"""


def test_visit_statistics_get_a_table_where_the_written_ones_have_none() -> None:
    assert columns(studied(COUNTS), "link_visits") == {"code": "text", "month": "date", "visits": "bigint"}
    assert [entity.name for entity in entities(studied(COUNTS.replace("shows visit statistics for each month", "is for links")))] == ["links"]


def test_the_summary_is_what_is_wanted_and_does_not_begin_in_the_middle() -> None:
    text = "# Shared kayaks\n\n## Where we stand\n\nIt works and people know it, so it has to stay until autumn.\n\n## What we want\n\nOne card and one calendar for all three clubs.\n"
    assert scope(studied(text)).summary == "One card and one calendar for all three clubs."


def test_words_have_their_plurals_particles_and_articles() -> None:
    assert [plural(noun) for noun in ("shelf", "tool_shelf", "person", "child", "box", "walk_in", "analysis")] == [
        "shelves",
        "tool shelves",
        "people",
        "children",
        "boxes",
        "walk-ins",
        "analyses",
    ]
    assert [spaced("walk_in_patient"), words("walk_in"), spaced("line_item")] == ["walk-in patient", "walk-in", "line item"]
    assert [an(word) for word in ("hour", "user", "usual place", "SMS", "invoice", "one-time code")] == [
        "an hour",
        "a user",
        "a usual place",
        "an SMS",
        "an invoice",
        "a one-time code",
    ]
