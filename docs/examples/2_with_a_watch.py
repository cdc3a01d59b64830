"""
With a watch
============

A watch knows how far and how fast you ran, and your heart rate. Its file (FIT, GPX or TCX) is laid under
your strides, whatever its clock says: sensor and watch both counted the same steps.
"""

from virtual_runs import runtall, wear

import analysis

# %%
# This runner's watch is 41 s ahead and gains 25 millionths.
wear("morning", tall_until_km=1.6, seed=2)
runtall("import chest=morning-chest.csv --started '2026-05-05 07:00' --range 16g --gyro-range 2000dps")
session = runtall("track latest morning.fit")

# %%
# Distance and pace now say where they come from, and the heart rate stands under the curve.
page = runtall("report --png morning.png")

# %%
# How the two clocks were tied, and how surely.
report = analysis.analyse_session(session)
print(report.provenance.distance_source)

# %%
# Your posture in a copy of the watch's own file: other programs draw it beside pace and heart rate.
runtall("export latest --merge morning.fit -o morning-posture.fit")
