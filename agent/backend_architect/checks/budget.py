"""Family PF: budgets of time add up."""

from __future__ import annotations

from collections.abc import Iterator

from backend_architect.checks.base import Check, Subject
from backend_architect.plan import Finding


class PF001(Check):
    """The steps of the critical path take longer than its budget.

    Bad: a budget of 200 ms and steps of 150 and 80 ms.
    Good: steps of 150 and 50 ms.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding if the sum exceeds the budget."""
        path = subject.design.performance.critical_path if subject.design.performance else None
        if path:
            total = sum(step.ms for step in path.steps)
            if total > path.budget_ms:
                yield self.finding(f"the critical path takes {total} ms, {total - path.budget_ms} ms over its budget of {path.budget_ms} ms")


class PF002(Check):
    """No step of the critical path must succeed.

    A loop that closes although every step failed has no critical path (seed 000, "Critical Path
    Analysis").

    Bad: every step may fail.
    Good: "store the order" must succeed.
    """

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding if all steps may fail."""
        path = subject.design.performance.critical_path if subject.design.performance else None
        if path and not any(step.must_succeed for step in path.steps):
            yield self.finding("no step of the critical path must succeed")


class PF003(Check):
    """An endpoint that closes the user loop may be slower than the critical path allows.

    Bad: a budget of 200 ms and a primary endpoint with 500 ms at the 95th percentile.
    Good: both say 200 ms.
    """

    severity = "warning"

    def check(self, subject: Subject) -> Iterator[Finding]:
        """Yield a finding for each primary endpoint whose target exceeds the budget."""
        path = subject.design.performance.critical_path if subject.design.performance else None
        for endpoint in subject.design.endpoints if path else ():
            if path and endpoint.primary and endpoint.p95_ms is not None and endpoint.p95_ms > path.budget_ms:
                yield self.finding(f"{endpoint.method} {endpoint.path} may take {endpoint.p95_ms} ms; the critical path has {path.budget_ms} ms", endpoint.key)
