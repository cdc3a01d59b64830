"""
Compare a month
===============

One run says little. Five runs of a month say whether something changes, and how sure that is.
"""

from virtual_runs import runtall, wear

import analysis

# %%
# Five mornings. The virtual runner stays tall a little longer each week.
sessions = []
for number, tall_until_km in enumerate((1.1, 1.2, 1.4, 1.5, 1.8)):
    day = f"2026-05-{3 + 7 * number:02}"
    wear(day, tall_until_km=tall_until_km, seed=10 + number)
    sessions.append(
        runtall(
            f"import chest={day}-chest.csv --name {day} --started '{day} 07:30' "
            f"--range 16g --gyro-range 2000dps --track {day}.fit"
        )
    )

# %%
# Every run on one line, and trends with their intervals. With fewer than five runs there would be none.
runtall("history --goal 2km -o month.html")

# %%
# Its interval says how sure a trend of five runs is. Two single runs tell only of themselves: the last
# against the first, how much further tall, how the lean changed on the way.
runtall(f"compare {sessions[0]} {sessions[-1]} -o compared.html")

# %%
# From Python, with the interval as numbers.
comparison = analysis.compare([analysis.analyse_session(path) for path in (sessions[0], sessions[-1])])
change = comparison.pairs[0].late_minus_early_deg
print(f"{change.value:+.1f}°, 95 % interval {change.low:+.1f}° to {change.high:+.1f}°")
