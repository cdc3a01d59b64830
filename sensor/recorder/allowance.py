"""How much of something is let through: ordinary bursts whole, a flood only at a bounded pace."""

from __future__ import annotations


class TokenBucket:
    """A store that fills up steadily and is drawn from. Reads no clock itself.

    Parameters
    ----------
    per_s
        What is added each second.
    at_once
        What it holds at most, and holds at the beginning.
    """

    def __init__(self, per_s: float, at_once: float) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._left = at_once
        self._at_s = 0.0

    def take(self, now_s: float, amount: float = 1.0) -> bool:
        """Draw ``amount`` and return true, or draw nothing where there is less left."""
        self._left = min(self._at_once, self._left + self._per_s * max(0.0, now_s - self._at_s))
        self._at_s = now_s
        if amount > self._left:
            return False
        self._left -= amount
        return True
