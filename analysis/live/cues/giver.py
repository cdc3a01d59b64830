"""Give a cue by all its outputs at once, and know which of them did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace

from analysis.cues.log import Cue, CueFate
from analysis.live.cues.outputs.output import CueOutput, CueOutputError

GIVING_S = 10.0
"""No output may take longer: a cue that comes later is of another moment."""

PREPARING_S = 20.0
"""A vibrator has to be found and connected to."""


class CueGiver:
    """Gives cues; an output that fails is told of in one line, once for each thing that is missing.

    Parameters
    ----------
    outputs
        All are used at once.
    complain
        Called with a sentence that says what is missing.
    """

    def __init__(self, outputs: Sequence[CueOutput], complain: Callable[[str], None]) -> None:
        self._outputs = outputs
        self._complain = complain
        self._told: set[str] = set()

    async def prepare(self) -> None:
        """Look whether all that is needed is there, and tell what is not."""
        await asyncio.gather(*(self._does(one, one.prepare(), PREPARING_S) for one in self._outputs))

    async def give(self, cue: Cue) -> Cue:
        """Give a cue that is not withheld; return it with what gave it, failed where nothing could."""
        did = await asyncio.gather(*(self._does(one, one.give(cue), GIVING_S) for one in self._outputs))
        outputs = tuple(one.kind for one, is_given in zip(self._outputs, did, strict=True) if is_given)
        return replace(cue, outputs=outputs, fate=CueFate.DELIVERED if outputs else CueFate.FAILED)

    async def close(self) -> None:
        """Let go of all outputs."""
        await asyncio.gather(*(self._does(one, one.close(), GIVING_S) for one in self._outputs))

    async def _does(self, output: CueOutput, doing: Coroutine[None, None, None], limit_s: float) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                await doing
        except TimeoutError:
            self._tell(f"{output.kind}: no answer within {limit_s:g} s")
        except CueOutputError as error:
            self._tell(f"{output.kind}: {error}")
        except Exception as error:  # whatever an output runs into, the recording goes on
            self._tell(f"{output.kind}: {type(error).__name__}: {error}")
        else:
            return True
        return False

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self._complain(f"No cue by {what}. Recording goes on.")
