"""What falls with what it refers to, and what holds a deletion back."""

from __future__ import annotations

from backend_architect.belonging import collection, falling, holding
from backend_architect.design import Endpoint, Entity, Field, Parameter


def entity(name: str, *refs: str, pair: bool = False) -> Entity:
    key = () if pair else (Field(name="id", type="uuid", primary=True),)
    return Entity(
        key=f"e-{name}",
        name=name,
        tier="essential",
        purpose=f"Keeps the {name}",
        fields=(*key, *(Field(name=f"{ref}_id", type="uuid", primary=pair, ref=f"e-{ref}") for ref in refs)),
    )


def call(method: str, path: str, *members: str) -> Endpoint:
    return Endpoint.model_validate(
        {"key": f"api-{method.lower()}-{abs(len(path))}", "method": method, "path": path, "purpose": "p", "component": "c",
         "request": tuple(Parameter(name=name) for name in members)}
    )  # fmt: skip


STORED = (entity("recipes"), entity("steps", "recipes"), entity("notes", "recipes"), entity("meals", "recipes"), entity("likes", "recipes", "meals", pair=True))
CALLS = (
    call("POST", "/v1/recipes", "title", "steps[].text"),
    call("POST", "/v1/recipes/{recipeId}/notes", "text"),
    call("POST", "/v1/meals", "day"),
    call("DELETE", "/v1/recipes/{id}"),
)


def test_parts_pairs_and_what_is_reached_beneath_its_parent_fall_with_it() -> None:
    assert falling(STORED, CALLS) == {("e-steps", "recipes_id"), ("e-notes", "recipes_id"), ("e-likes", "recipes_id"), ("e-likes", "meals_id")}


def test_what_stands_for_itself_holds_a_deletion_back() -> None:
    assert holding(STORED[0], STORED, CALLS) == (STORED[3],)
    assert holding(STORED[3], STORED, CALLS) == ()


def test_a_path_names_the_collection_of_its_row() -> None:
    assert [collection(path) for path in ("/v1/recipes/{id}", "/v1/recipes", "/v1/recipes/{id}/like")] == ["recipes", "", ""]
