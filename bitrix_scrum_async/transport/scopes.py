"""Cancel scopes of anyio, for programs that have them. Such a program has imported anyio itself.

Nothing here imports it: a program on asyncio alone would pay 30 ms, in the middle of an ending.
"""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any


def shielded() -> AbstractContextManager[Any]:
    """Keep the cancellations of scopes out: they strike at every await, those of asyncio once."""
    if "anyio" not in sys.modules:
        return nullcontext()
    import anyio

    return anyio.CancelScope(shield=True)


async def checkpoint() -> None:
    """Let a scope that is cancelled already strike here."""
    if "anyio" in sys.modules:
        from anyio.lowlevel import checkpoint_if_cancelled

        await checkpoint_if_cancelled()
