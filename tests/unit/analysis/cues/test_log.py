"""Cues as marks of a session: written, read back, and whatever else may stand there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cues.log import CUE_MARK, Cue, CueFate, CueSize, cues_of
from analysis.cues.settings import OutputKind
from sensor.samples import Mark

FINITE = st.floats(-90, 90)


@settings(deadline=None)
@given(
    adjusted_deg=FINITE,
    held_s=st.floats(0, 600),
    size=st.sampled_from(CueSize),
    fate=st.sampled_from(CueFate),
    outputs=st.lists(st.sampled_from(OutputKind), unique=True),
)
def test_a_cue_is_read_as_it_was_written(
    adjusted_deg: float, held_s: float, size: CueSize, fate: CueFate, outputs: list[OutputKind]
) -> None:
    cue = Cue(
        time_s=700.5,
        size=size,
        adjusted_deg=adjusted_deg,
        threshold_deg=4.0,
        held_s=held_s,
        fate=fate,
        outputs=tuple(outputs),
    )
    assert cues_of([Mark(700.5, CUE_MARK, cue.as_text())]) == (cue,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"size":"small"}',
        '{"size":1,"adjusted_deg":1,"threshold_deg":1,"held_s":1,"fate":"delivered","outputs":[]}',
        '{"size":"small","adjusted_deg":NaN,"threshold_deg":1,"held_s":1,"fate":"delivered","outputs":[]}',
        '{"size":"small","adjusted_deg":1e999,"threshold_deg":1,"held_s":1,"fate":"delivered","outputs":[]}',
        '{"size":"small","adjusted_deg":1,"threshold_deg":1,"held_s":1,"fate":"eaten","outputs":[]}',
        '{"size":"small","adjusted_deg":'
        + "9" * 400
        + ',"threshold_deg":1,"held_s":1,"fate":"failed","outputs":[]}',
        '{"size":"small","adjusted_deg":1,"threshold_deg":1,"held_s":1,"fate":"failed","outputs":{}}',
        '{"size":"small","adjusted_deg":1,"threshold_deg":1,"held_s":1,"fate":"failed","outputs":7}',
        '{"size":"small","adjusted_deg":1,"threshold_deg":1,"held_s":1,"fate":"failed","outputs":["x"]}',
    ],
)
def test_a_mark_that_holds_no_cue_is_passed_over(text: str) -> None:
    assert cues_of([Mark(1.0, CUE_MARK, text), Mark(2.0, "lap")]) == ()


def test_cues_stand_in_order_of_time_and_say_why() -> None:
    late, early = (
        Cue(
            time_s=time_s,
            size=CueSize.SMALL,
            adjusted_deg=4.56,
            threshold_deg=4.0,
            held_s=30.2,
            fate=CueFate.DELIVERED,
        )
        for time_s in (900.0, 700.0)
    )
    marks = [Mark(cue.time_s, CUE_MARK, cue.as_text()) for cue in (late, early)]
    assert cues_of(marks) == (early, late)
    assert early.why == "4.6° above your usual for 30 s, threshold 4°"
