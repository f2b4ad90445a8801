"""Ctrl-C: the first ends an import in order, the second at once."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import anyio


@contextmanager
def ending_in_order(tell: Callable[[], object]) -> Generator[anyio.Event]:
    """Give an event that the first Ctrl-C sets, or a request to terminate.

    The second one does what it always does. So does the first on a system whose event loop takes
    no signals.

    Args:
        tell: Called at the first one.
    """
    stop = anyio.Event()
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
        before.clear()

    def first() -> None:
        restore()
        stop.set()
        tell()

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            try:
                loop.add_signal_handler(number, first)
            except (NotImplementedError, RuntimeError, ValueError):
                break  # Windows, or no main thread
            before[number] = handler
        yield stop
    finally:
        restore()
