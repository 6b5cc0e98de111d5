"""How often somebody won, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

_Z95 = 1.959964


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Args:
        count: how often it happened.
        of: among how many.
    """

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def ci95(self) -> tuple[float, float]:
        """Where the share of very many would probably lie.

        Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
        """
        n, p = self.of, self.value
        middle = (p + _Z95**2 / (2 * n)) / (1 + _Z95**2 / n)
        width = _Z95 / (1 + _Z95**2 / n) * sqrt(p * (1 - p) / n + _Z95**2 / (4 * n**2))
        return max(0.0, min(p, middle - width)), min(1.0, max(p, middle + width))  # rounding aside
