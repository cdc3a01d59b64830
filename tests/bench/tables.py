"""Rows of figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.scoring import Figures


@dataclass(frozen=True, slots=True)
class Scored:
    """One method on one record."""

    method: str
    record: str
    all_strides: Figures
    steady: Figures
    inclination_deg: float
    seconds: float


HEADER = (
    "method", "RMSE median", "RMSE worst", "bias median", "bias worst", "SD", "p95", "max",
    "RMSE steady", "inclination RMSE", "seconds",
)  # fmt: skip


def method_rows(scores: Sequence[Scored]) -> list[tuple[str, ...]]:
    """Return one row per method, in order of appearance: medians and worst over its records."""
    rows = []
    for method in dict.fromkeys(score.method for score in scores):
        own = [score for score in scores if score.method == method]
        every = [score.all_strides for score in own]
        biases = [abs(figure.bias) for figure in every]
        values = (
            _median(figure.rmse for figure in every), max(figure.rmse for figure in every),
            _median(biases), max(biases), _median(figure.sd for figure in every),
            _median(figure.p95 for figure in every), max(figure.worst for figure in every),
            _median(score.steady.rmse for score in own), _median(score.inclination_deg for score in own),
            _median(score.seconds for score in own),
        )  # fmt: skip
        rows.append((method, *(f"{value:.2f}" for value in values)))
    return rows


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "| --- " * len(header) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _median(values: Iterable[float]) -> float:
    return float(np.median(np.fromiter(values, dtype=np.float64)))
