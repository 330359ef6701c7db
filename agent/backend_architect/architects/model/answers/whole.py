"""A whole design as answers: what a correction is merged into."""

from __future__ import annotations

from backend_architect.architects.model.answers.base import AnswerPart
from backend_architect.architects.model.answers.delivery import DeliveryAnswer
from backend_architect.architects.model.answers.layers import ApiAnswer, DataAnswer, MessagingAnswer, OperationsAnswer, PerformanceAnswer, SecurityAnswer
from backend_architect.architects.model.answers.scope import ScopeAnswer
from backend_architect.architects.model.answers.structure import StructureAnswer
from backend_architect.design import Design


class DesignAnswer(AnswerPart):
    """Every slice that there is."""

    scope: ScopeAnswer
    structure: StructureAnswer
    api: ApiAnswer | None = None
    data: DataAnswer | None = None
    messaging: MessagingAnswer | None = None
    security: SecurityAnswer | None = None
    performance: PerformanceAnswer | None = None
    operations: OperationsAnswer | None = None
    delivery: DeliveryAnswer

    def design(self) -> Design:
        """Return the design."""
        return Design(
            scope=self.scope.slice(),
            structure=self.structure.slice(),
            api=self.api.slice() if self.api else None,
            data=self.data.slice() if self.data else None,
            messaging=self.messaging.slice() if self.messaging else None,
            security=self.security.slice() if self.security else None,
            performance=self.performance.slice() if self.performance else None,
            operations=self.operations.slice() if self.operations else None,
            delivery=self.delivery.slice(),
        )
