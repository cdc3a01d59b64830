"""What a report advises, in plain words. What is advised, and why, the judging stage has decided."""

from __future__ import annotations

from analysis.lengths import LengthUnit
from analysis.records import Advice, AdviceKind
from analysis.report import words
from analysis.run_report import RunReport

LIMITS = (
    "Some lean and a head slightly forward are normal in running. Holding yourself taller may feel odd or "
    "ache a little at first: small steps. If pain lasts, a physiotherapist is the right person to ask."
)
"""What goes with every suggestion about posture."""

CUE = "let your chest rise, shoulder blades back and down"

SENTENCES = {
    AdviceKind.SEE_DOCTOR: "You told of {because}. Please have a doctor look at that before you train on. If "
    "it is bad or getting worse, get help at once. This report gives no exercise advice.",
    AdviceKind.LET_PAIN_EASE: "You told of pain: {because} of 10. Let it ease before you run again; if it "
    "stays or comes back, ask a physiotherapist or a doctor. This report gives no exercises today.",
    AdviceKind.IMPROVE_RECORDING: "{how}",
    AdviceKind.KEEP: "Nothing to change. Run like this again and keep the sensor where you wore it today.",
    AdviceKind.CHECK_EACH_KM: f"Next run, check yourself once every {{one}}: {CUE}.",
    AdviceKind.LOOK_AHEAD: "Next run, let your eyes rest twenty metres ahead, and check once every {one}.",
    AdviceKind.CARRY_HIPS_HIGH: "Your back stayed straight, so there is nothing to straighten. If you did "
    "not mean to lean, check once every {one} that your hips are high and well under your chest.",
    AdviceKind.COME_UP_SOONER: "You came back up by yourself. Next run, do it sooner: a reminder each "
    f"{{one}}, {CUE}.",
    AdviceKind.REMIND_LATE: "It came late in the run. Next time, remind yourself just before {place}: "
    f"{CUE}.",
    AdviceKind.STRENGTHEN_BACK: "A few minutes of back-extensor exercises twice a week can help you hold it "
    "longer.",
    AdviceKind.MOBILISE_SPINE: "Between runs, lie over a foam roller or a rolled towel across the upper "
    "back for a minute or two, breathing calmly.",
    AdviceKind.RUN_TALL_IN_PARTS: "Next run, try one minute of running tall in every {one}: "
    f"{CUE}. Add to it when it feels easy.",
    AdviceKind.LIGHTEN_BACKPACK: "In the backpack, take only what you need, with wide shoulder straps and "
    "the waist strap closed.",
    AdviceKind.LIGHTEN_VEST: "In the vest, take only what you need, and draw it snug so that nothing "
    "bounces.",
    AdviceKind.WATCH_SITTING: "See how you sit first: with the same sensor at the desk, `runtall sit` tells "
    "how long and how slouched, and says when to get up.",
    AdviceKind.BREAK_UP_SITTING: "Before your next run, break up the sitting: stand up every 20 to 60 "
    "minutes. Knees below hips, and a small roll behind the lower back.",
    AdviceKind.BREAK_UP_DRIVE: "Leave some time on your feet between a long drive and a long run, before it "
    "and after.",
}
"""Kind of advice to its sentence."""

RECORD_BETTER = "Next time, run at least {least}, and stand tall and still for ten seconds before and after."
"""What makes a verdict possible where no line of the quality table says more."""

LEAST_RUN = {LengthUnit.KILOMETRE: "two kilometres", LengthUnit.MILE: "a mile and a quarter"}
"""Below it a run has no fresh window, `BaselineConfig.least_run_m`."""

_SAYS_WHY = {AdviceKind.SEE_DOCTOR, AdviceKind.LET_PAIN_EASE}

_WITHOUT_LIMITS = {AdviceKind.SEE_DOCTOR, AdviceKind.LET_PAIN_EASE, AdviceKind.IMPROVE_RECORDING}


def advice_lines(report: RunReport) -> list[str]:
    """Return the sentences of what is advised, the most important first."""
    return [_sentence(advice, words.unit_of(report)) for advice in report.outcome.advice]


def reasons(report: RunReport) -> list[str]:
    """Return why each piece was chosen, in the order of `advice_lines`; empty where the sentence says it."""
    return ["" if advice.kind in _SAYS_WHY else f"Why: {advice.because}." for advice in report.outcome.advice]


def limits(report: RunReport) -> str:
    """Return what goes with suggestions about posture; empty where there is none."""
    kinds = {advice.kind for advice in report.outcome.advice}
    return LIMITS if kinds and not kinds & _WITHOUT_LIMITS else ""


def _sentence(advice: Advice, unit: LengthUnit) -> str:
    return SENTENCES[advice.kind].format(
        because=" and ".join(advice.because.rsplit(", ", 1)),
        place=f"{unit.place} {words.length(advice.at_m, unit)}",
        one=unit.noun,
        how=advice.how or RECORD_BETTER.format(least=LEAST_RUN[unit]),
    )
