"""The seal: a digest in the front matter that tells whether anything but boxes was changed by hand."""

from __future__ import annotations

import hashlib
import re

_SEAL = re.compile(r'^content: "?([0-9a-f]{12})"?$\n?', re.MULTILINE)
_TICK = re.compile(r"^(\s*[-*+] )\[[xX]\]", re.MULTILINE)


def unticked(text: str) -> str:
    """Return a document with every box empty."""
    return _TICK.sub(r"\1[ ]", text)


def sealed(text: str) -> str:
    """Return a document with its seal as the last line of the front matter."""
    head, mark, body = text.removeprefix("---\n").partition("\n---\n")
    return f'---\n{head}\ncontent: "{_digest(text)}"{mark}{body}'


def intact(text: str) -> bool:
    """Whether a document is as it was made, boxes and line ends apart; one without a seal is not."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    found = _SEAL.search(plain)
    return found is not None and found[1] == _digest(_SEAL.sub("", plain, count=1))


def _digest(text: str) -> str:
    return hashlib.sha256(unticked(text).encode()).hexdigest()[:12]
