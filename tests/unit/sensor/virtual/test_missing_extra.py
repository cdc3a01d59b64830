from __future__ import annotations

import subprocess
import sys

NO_BUMBLE = """
import sys
sys.modules["bumble"] = None
from sensor.errors import SensorError
try:
    import sensor.virtual.radio.virtual_radio
except SensorError as error:
    print(error)
"""


def test_without_the_extra_one_sentence_says_what_to_install() -> None:
    run = subprocess.run([sys.executable, "-c", NO_BUMBLE], capture_output=True, text=True, check=True)
    assert run.stdout == 'the virtual sensor needs the extra: pip install "runtall[virtual]"\n'
