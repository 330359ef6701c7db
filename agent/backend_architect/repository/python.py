"""Python source as a syntax tree, and the few questions that routes and models ask of it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import lru_cache


@lru_cache(maxsize=4)
def tree(text: str) -> ast.Module | None:
    """Return the syntax tree of a module, or None if it is none."""
    with warnings.catch_warnings():
        # Other people's escapes are not ours to complain about.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def classes(module: ast.Module) -> Iterator[ast.ClassDef]:
    """Yield the classes of a module, those within others too."""
    return (node for node in ast.walk(module) if isinstance(node, ast.ClassDef))


def called(call: ast.Call) -> str:
    """Return the last name of what is called: `Column` of `sa.Column(…)`."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return what is given under a name."""
    return next((argument.value for argument in call.keywords if argument.arg == name), None)


def constant(node: ast.expr | None) -> str | None:
    """Return a text written out, or None."""
    match node:
        case ast.Constant(value=str(text)):
            return text
    return None


def unparsed(node: ast.expr | None) -> str:
    """Return an expression as source; nothing for one too deep to write."""
    if node is None:
        return ""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""
