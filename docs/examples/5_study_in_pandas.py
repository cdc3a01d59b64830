"""
A study in pandas
=================

Three made-up people run twice, once with tape on the back. Every session becomes rows of one table; the
rest is pandas.
"""

import pandas as pd
from virtual_runs import runtall, wear

import analysis

# %%
# With tape each of them folds 300 m later: that is what the study has to find.
runs = []
for person, usual_km in enumerate((1.1, 1.3, 1.4)):
    for tape, tall_until_km in (("none", usual_km), ("kinesio", usual_km + 0.3)):
        name = f"p{person}-{tape}"
        wear(name, tall_until_km=tall_until_km, seed=20 + person)
        session = runtall(
            f"import chest={name}-chest.csv --name {name} --started '2026-06-01 07:30' "
            "--pace 5:33/km --range 16g --gyro-range 2000dps"
        )
        runs.append({"person": person, "tape": tape, "session": session})

# %%
# ``analyse_session`` is one pure call, so a process pool would do as well. Only judged running strides count.
tables = []
for run in runs:
    strides = analysis.analyse_session(run["session"]).to_frame("strides")
    judged = strides[(strides["activity"] == "run") & strides["judged"]]
    tables.append(judged.assign(person=run["person"], tape=run["tape"]))
study = pd.concat(tables)
len(study)

# %%
# Metres that were not slouched, of each person, without tape and with it.
study["metres"] = study["speed_mps"] * (study["end_s"] - study["start_s"])
tall = study[study["flag"] != "slouched"]
tall_m = tall.pivot_table("metres", index="person", columns="tape", aggfunc="sum")
tall_m["gained"] = tall_m["kinesio"] - tall_m["none"]
tall_m.round(0)

# %%
# Three people, and made-up ones: an interval belongs to whatever you conclude. Many sessions are summed up
# into such tables by ``runtall batch``, which writes :doc:`a data set of Parquet files </data/BATCH>`.
half_width_m = 4.303 * tall_m["gained"].std() / len(tall_m) ** 0.5  # Student's t, 2 degrees of freedom
print(f"gained {tall_m['gained'].mean():.0f} m, 95 % interval ± {half_width_m:.0f} m")
