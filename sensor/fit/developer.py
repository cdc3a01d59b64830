"""Developer fields: a program's own quantities in the records of an activity, named in the file itself.

Always float32, never with a scale, an offset or ``native_field_num``: GoldenCheetah misreads the first two,
and a field that claims to be a native one is drawn as that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sensor.fit.base_types import BaseType, float32_bytes
from sensor.fit.encoding import Field, Message
from sensor.fit.profile import Number, message
from sensor.samples import FloatArray

APPLICATION_ID = bytes.fromhex("b7f0a2c49d3e4b58a1c67e9f20d4536b")
"""Who the fields belong to: drawn once at random (UUID version 4), and never to change."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """A quantity of our own in every record.

    Parameters
    ----------
    name, unit
        As readers show and choose it.
    value
        (n,) one for each record, NaN where not known.
    """

    name: str
    unit: str
    value: FloatArray


def describing(quantities: Sequence[Quantity], *, index: int = 0) -> Iterator[Message]:
    """Yield the messages that introduce developer fields.

    Parameters
    ----------
    quantities
        Numbered in this order from 0.
    index
        Developer data index, which no other developer of the file may have.
    """
    yield message(Number.DEVELOPER_DATA_ID, application_id=APPLICATION_ID, developer_data_index=index)
    for number, one in enumerate(quantities):
        yield message(
            Number.FIELD_DESCRIPTION,
            developer_data_index=index,
            field_definition_number=number,
            fit_base_type_id=BaseType.FLOAT32,
            field_name=one.name,
            units=one.unit,
        )


def developer_fields(quantities: Sequence[Quantity], *, index: int = 0) -> tuple[Field, ...]:
    """Return the fields of a message of records."""
    return tuple(
        Field(number, BaseType.FLOAT32, float32_bytes(one.value).view("<f4")[..., 0], index)
        for number, one in enumerate(quantities)
    )
