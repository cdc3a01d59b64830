"""The tables of the verdicts, each with the sentence that says what it counts."""

from __future__ import annotations

from tests.bench.verdicts import left_and_right, slow_jogs


def sections(seeds: range) -> list[str]:
    """Return the tables as Markdown, over these seeds."""
    return [
        "## Slow jogs\n\nTwo jogs with 16 s of walking between them. Strides of the jogs not called running, "
        "3 s and more from any change of gait.\n\n" + slow_jogs.table(seeds),
        "## Left and right\n\nRuns of 36 s in two styles, the trunk turned most at different moments about "
        "the contact. Told: the run says which foot opens its strides.\n\n" + left_and_right.table(seeds),
    ]
