"""Both radios of software: what a test says of one, it says of the other."""

from __future__ import annotations

from typing import Any

import pytest

from sensor.virtual.radio.direct.radio import DirectRadio
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.virtual_radio import MakeRadio


@pytest.fixture(params=[VirtualRadio, DirectRadio], ids=["whole stack", "direct"])
def make_radio(request: Any) -> MakeRadio:
    made: MakeRadio = request.param
    return made
