"""Everything that a session shows: what it logs, raises, warns of, tells and calls itself."""

import asyncio
import base64
import json
import logging
import traceback
import warnings
from collections.abc import Awaitable, Generator, Iterable
from contextlib import contextmanager
from typing import cast
from urllib.parse import quote, quote_plus, unquote

import attrs

from bitrix_scrum_async import BatchError
from bitrix_scrum_async.errors import BitrixScrumError


@attrs.define(eq=False)
class Evidence:
    """What was shown.

    Attributes:
        texts: All of it, as text.
        errors: The errors that came.
    """

    texts: list[str] = attrs.field(factory=list[str])
    errors: list[BaseException] = attrs.field(factory=list[BaseException])

    def show(self, *values: object) -> None:
        """Keep values as they show themselves."""
        self.texts.extend(f"{value!r} {value}" for value in values)

    def see(self, error: BaseException) -> None:
        """Keep an error, its traceback, and every error behind it, shown or not."""
        self.errors.append(error)
        self.texts.extend(traceback.format_exception(error))
        seen: set[int] = set()
        todo: list[BaseException] = [error]
        while todo:
            one = todo.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            self.show(one, one.args, vars(one))
            todo.extend(each for each in (one.__cause__, one.__context__) if each is not None)
            if isinstance(one, BaseExceptionGroup):
                group = cast("BaseExceptionGroup[BaseException]", one)
                todo.extend(group.exceptions)
            if isinstance(one, BatchError):
                self.show(*one.outcomes)
                todo.extend(each.error for each in one.outcomes if each.error is not None)
            if isinstance(one, BitrixScrumError) and one.call is not None:
                self.show(one.call)

    async def of(self, work: Awaitable[object]) -> None:
        """Keep what comes of some work, be it a result or an error."""
        try:
            self.show(await work)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - all of them are seen
            self.see(error)

    def check(self, secrets: Iterable[str]) -> None:
        """No secret is in it, in any form in which it travels."""
        for secret in secrets:
            for form in forms(secret):
                for text in self.texts:
                    place = text.find(form)
                    assert place < 0, f"a secret in: {text[max(0, place - 300) : place + 100]}"


def forms(secret: str) -> set[str]:
    """How a secret may be written."""
    assert len(secret) >= 8, "too short to tell"
    coded = base64.b64encode(secret.encode()).decode()
    ways = {quote(secret, safe=""), quote(secret), quote_plus(secret), unquote(secret)}
    return {secret, *ways, json.dumps(secret)[1:-1], repr(secret)[1:-1], coded.rstrip("=")}


class _Keeper(logging.Handler):
    """Keeps what this thread logs; the emulator's is another one."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(logging.DEBUG)
        self._evidence = evidence

    def emit(self, record: logging.LogRecord) -> None:
        if record.threadName != "bitrix-portal":
            self._evidence.texts.append(self.format(record))
            self._evidence.show(record.args)


@contextmanager
def gathering() -> Generator[Evidence]:
    """Log all that can be logged, and keep it with all warnings."""
    evidence = Evidence()
    keeper = _Keeper(evidence)
    root = logging.getLogger()
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield evidence
            evidence.show(*(each.message for each in caught))
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)


def watch_loop() -> None:
    """Let asyncio tell all that it does."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0
