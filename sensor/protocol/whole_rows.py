"""Notifications that are one fixed layout each, read all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.samples import IntArray


def read_rows(
    notifications: Sequence[bytes], layout: np.dtype[Any], starts_with: bytes = b""
) -> tuple[IntArray, npt.NDArray[Any]]:
    """Read the notifications that have exactly the size of a layout.

    Parameters
    ----------
    notifications
        In order of arrival.
    layout
        Structured, packed, its byte order stated.
    starts_with
        First bytes that a fitting notification has, where the layout alone does not tell it.

    Returns
    -------
    tuple
        (k,) index of each fitting notification, and (k,) rows of ``layout``.
    """
    size = layout.itemsize
    fitting = [i for i, one in enumerate(notifications) if len(one) == size and one.startswith(starts_with)]
    rows = np.frombuffer(b"".join([notifications[i] for i in fitting]), layout)
    return np.array(fitting, np.int64), rows
