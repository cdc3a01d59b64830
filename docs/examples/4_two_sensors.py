"""
Two sensors
===========

A sensor on the chest feels the trunk, and nothing above it. A second one, on the cap, tells how the head
is held.
"""

from virtual_runs import runtall, wear

import analysis
import sensor

# %%
# The virtual runner drops the head by 13° and bends the trunk by 6.5° from kilometre 1.6 on.
wear("cap", tall_until_km=1.6, head=True, seed=3)
session = runtall(
    "import chest=cap-chest.csv head=cap-head.csv --started '2026-06-07 07:30' "
    "--track cap.fit --range 16g --gyro-range 2000dps"
)

# %%
# Pitch of the head and bend of the neck are *measured*. How far the head is carried forward is a *model*,
# and its interval stands beside it.
report = analysis.analyse_session(session)
strides = report.to_frame("strides")
running = strides[(strides["activity"] == "run") & strides["usable"]]
by_half_km = running.groupby(500 * (running["distance_m"] // 500))
by_half_km[["trunk_flexion_deg", "head_pitch_deg", "neck_flexion_deg"]].median().round(1)

# %%
page = runtall("report --png head.png")

# %%
# The samples of both lie on one time line, as they came.
recording = sensor.read_recording(session)
recording.to_frame("head").head(3).round(2)
