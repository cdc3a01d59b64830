"""
A first run
===========

You have been out with a sensor on your chest, and its recording lies in a file. Where did you begin to
slouch?
"""

from virtual_runs import runtall, wear

import analysis

# %%
# Nobody ran here: a virtual runner wears a virtual sensor for twelve minutes, and folds from kilometre 1.6
# on.
wear("tempo", tall_until_km=1.6)

# %%
# The file becomes a *session*. It tells no time of day, so we say when it began; and no distance, so we say
# the pace. ``--range`` is what the sensor can feel: without it nobody could tell whether hard steps went
# beyond.
session = runtall(
    "import chest=tempo-chest.csv --started '2026-05-03 07:30' --pace 5:30/km "
    "--range 16g --gyro-range 2000dps"
)

# %%
# The report, in short, and its main figure. The page beside the session has more.
page = runtall("report --png tempo.png")

# %%
# The same from Python, for whoever wants to go on from here.
report = analysis.analyse_session(session)
print(report.outcome.headline)
print("Confidence:", report.outcome.confidence, *report.outcome.confidence_because)

# %%
# A table is a data frame of pandas; its units stand in the names of the columns.
report.to_frame("segments")[["from_m", "to_m", "flexion_deg", "adj_deg", "flag"]].round(1)
