"""Which requirements a layer's decision serves, told by what they are about."""

from __future__ import annotations

import re
from typing import Literal

from backend_architect.architects.rules.case import Case
from backend_architect.design import Keys, Scope
from backend_architect.expressions import expression

Topic = Literal["api", "data", "security"]

_TOPICS: dict[Topic, re.Pattern[str]] = {
    "api": expression(
        r"\b(?:apis?|rest(?:ful)?|endpoints?|json|http\w*|status codes?|openapi|port \d+|versions?|versioning|paginat\w*|rate limit\w*"
        r"|error messages?)\b|接口|`(?:GET|POST|PUT|PATCH|DELETE) /",
        re.IGNORECASE,
    ),
    "data": expression(
        r"\b(?:database|postgres\w*|mysql|sqlite|mongo\w*|cosmos\w*|dynamo\w*|sql|persist\w*|stor(?:e|es|ed|age|ing)|sav(?:e|ed|ing)|retain\w*"
        r"|retention|backups?|archiv\w*|consisten\w*"
        r"|transactions?|unique|histor(?:y|ical)|relational)\b|存储|数据库|写入|唯一|único|consistên|armazen",
        re.IGNORECASE,
    ),
    "security": expression(
        r"\b(?:secur\w*|auth(?:enticat|oriz|oris)\w*|log ?in|sign ?(?:in|on)|passwords?|encrypt\w*|tokens?|roles?|permissions?|privileges?"
        r"|administrative|validat\w*|sanitiz\w*|gdpr|hipaa"
        r"|pci|privacy|complian\w*|confidential\w*|anonymous|audit\w*|fraud\w*)\b|匿名|安全|segurança|auditar",
        re.IGNORECASE,
    ),
}


def topical(case: Case, scope: Scope, topic: Topic) -> Keys:
    """Return the requirements of the first version that are about a topic."""
    pattern = _TOPICS[topic]
    return tuple(r.key for r in scope.requirements if r.horizon == "now" and pattern.search(r.text))
