"""Hard caps on CPU and memory, shared out over the deployables so that the shares add up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend_architect.architects.rules.case import Case
from backend_architect.architects.rules.language.wording import figure
from backend_architect.architects.rules.layers.grounds import largest
from backend_architect.text import Cites

Role = Literal["balancer", "api", "worker", "store", "cache"]

# A proxy needs little of both, a database memory before CPU, an API process CPU before memory.
_CPU: dict[Role, int] = {"balancer": 2, "api": 5, "worker": 3, "store": 5, "cache": 1}
_MEMORY: dict[Role, int] = {"balancer": 2, "api": 6, "worker": 5, "store": 10, "cache": 3}


@dataclass(frozen=True)
class Share:
    """What one instance of a deployable may use."""

    component: str
    instance: int
    """Counted from 1."""
    cpu: float | None
    """CPUs, or None when they are not capped."""
    memory_mb: int | None
    """Megabytes as the brief counts them, or None when memory is not capped."""

    def phrase(self) -> str:
        """Return it as words: `0.35 CPU and 80 MB`."""
        return " and ".join([*([f"{figure(self.cpu)} CPU"] if self.cpu is not None else []), *([f"{self.memory_mb} MB"] if self.memory_mb is not None else [])])


@dataclass(frozen=True)
class Caps:
    """The caps and how they are shared out."""

    cpu: float | None
    memory_mb: int | None
    shares: tuple[Share, ...]
    cites: Cites

    def of(self, component: str) -> tuple[Share, ...]:
        """Return the shares of one component, an instance each."""
        return tuple(share for share in self.shares if share.component == component)

    def total(self) -> str:
        """Return the caps as words: `1.5 CPU and 350 MB`."""
        return Share("", 1, self.cpu, self.memory_mb).phrase()

    def sums(self) -> str:
        """Return the addition as words: `0.15 + 0.35 + 0.35 + 0.65 = 1.5 CPU; ...`."""
        parts = []
        if self.cpu is not None:
            parts.append(f"{' + '.join(figure(s.cpu) for s in self.shares if s.cpu is not None)} = {figure(self.cpu)} CPU")
        if self.memory_mb is not None:
            parts.append(f"{' + '.join(str(s.memory_mb) for s in self.shares)} = {self.memory_mb} MB")
        return "; ".join(parts)


def caps(case: Case, deployables: tuple[tuple[str, Role, int], ...]) -> Caps | None:
    """Share the stated caps over the deployables.

    Args:
        case: The case; its profile states `cpu-limit` (CPUs) and `memory-limit` (bytes).
        deployables: Component key, role, number of instances.

    Returns:
        The shares, which add up to the caps exactly; None when nothing is capped, or a cap is too
        small to give every instance a share.
    """
    cpu, memory = largest(case, "cpu-limit"), largest(case, "memory-limit")
    rows = [(key, role, number) for key, role, instances in deployables for number in range(1, instances + 1)]
    # Shares are dealt in hundredths of a CPU and whole megabytes.
    cpus = _dealt(round((cpu.number or 0) * 100), [_CPU[role] for _, role, _ in rows], 5) if cpu else None
    megabytes = round(memory.number / (2**20 if memory.number % 2**20 == 0 else 1e6)) if memory and memory.number else 0
    memories = _dealt(megabytes, [_MEMORY[role] for _, role, _ in rows], 5) if megabytes else None
    if cpus is None and memories is None:
        return None
    shares = tuple(Share(key, number, cpus[i] / 100 if cpus else None, memories[i] if memories else None) for i, (key, _, number) in enumerate(rows))
    cited = tuple(dict.fromkeys((*(cpu.cites if cpu else ()), *(memory.cites if memory else ()))))
    return Caps(cpu.number if cpu and cpus else None, megabytes if memories else None, shares, cited)


def _dealt(total: int, weights: list[int], step: int) -> list[int] | None:
    """Split a whole number by weight in multiples of `step`; what is left over goes to the heaviest."""
    if not weights or total < len(weights):
        return None
    if total < step * len(weights):
        step = 1
    shares = [max(step, total * weight // sum(weights) // step * step) for weight in weights]
    while sum(shares) > total:
        shares[shares.index(max(shares))] -= 1
    shares[max(range(len(weights)), key=lambda i: (weights[i], i))] += total - sum(shares)
    return shares
