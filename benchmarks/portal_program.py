"""The emulator as a program: opens a fresh portal when it is told to, and tells what it holds.

It reads lines of JSON and answers each with one. `{"open": {...}}`, with the fields of `Wanted`,
opens a portal in place of the one before; `{"tell": true}` tells what became of it. It ends with
its input. Between two lines it does nothing but serve.
"""

import asyncio
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack
from contextvars import ContextVar
from typing import Any

import attrs
import cattrs
import orjson

from bitrix_scrum_async.emulator import Command, Emulator, Limits, Request, SystemClock
from bitrix_scrum_async.emulator.rows import Entity, Group

_GROUP = 1
_ADD, _LIST = "tasks.api.scrum.sprint.add", "tasks.api.scrum.sprint.list"
_WARMS_UP = "user.current"
_START = 1_793_577_600
_TWO_WEEKS = 1_209_600


@attrs.frozen(kw_only=True)
class Wanted:
    """The portal that is wanted.

    Attributes:
        command_seconds: How long each command takes.
        threshold: Requests in the bucket above which one is refused; `None` limits nothing.
        per_second: Requests that leak out of the bucket each second.
        full: Whether the bucket is full when the first add or list arrives.
        lost: Whether the answer to the first add is lost.
        sprints: Sprints that are there already.
        tls: Whether it speaks https, with a certificate of its own.
    """

    command_seconds: float = 0.0
    threshold: float | None = None
    per_second: float = 2.0
    full: bool = False
    lost: bool = False
    sprints: int = 0
    tls: bool = False


@attrs.frozen(kw_only=True)
class Opened:
    """Where the portal is.

    Attributes:
        webhook: Its address.
        group: The id of its group.
        ca: The certificate of its authority, in PEM, if it speaks https.
    """

    webhook: str
    group: int
    ca: str | None = None


@attrs.frozen(kw_only=True)
class Held:
    """What became of the portal.

    Attributes:
        requests: HTTP requests, from the first with an add or a list on.
        refused: How many of them were refused with 503.
        names: The names of all sprints.
    """

    requests: int
    refused: int
    names: list[str]


_late: ContextVar[float] = ContextVar("late", default=0.0)


class PunctualClock(SystemClock):
    """A clock whose sleepers catch up: who woke too late sleeps less the next time.

    A portal answers each request in a process of its own. This one answers all in one loop, whose
    timers are up to a millisecond late and wait for each other's work; over the commands of a batch
    that would add up to a tenth of what they are told to take.
    """

    async def sleep(self, seconds: float) -> None:
        late = min(seconds, _late.get())
        began = time.monotonic()
        await asyncio.sleep(seconds - late)
        _late.set(max(0.0, time.monotonic() - began - (seconds - late)))


def is_work(asked: Request | Command) -> bool:
    """Whether a request does some of a workload, and not just the warming up."""
    commands = asked.commands if isinstance(asked, Request) else ()
    methods = {asked.method.lower(), *(command.method.lower() for command in commands)}
    return _WARMS_UP not in methods and bool(methods & {_ADD, _LIST})


def _emulator(wanted: Wanted) -> Emulator:
    limits = Limits(
        threshold=wanted.threshold,
        per_second=wanted.per_second,
        operating_seconds=None,
        request_seconds=None,
    )
    emulator = Emulator(limits=limits, tls=wanted.tls, clock=PunctualClock())
    emulator.set_command_seconds(wanted.command_seconds)
    state = emulator.state
    group = Group(
        id=state.next_id("group"),
        name="Scrum",
        owner_id=1,
        created=_START,
        updated=_START,
        scrum_master_id=1,
    )
    state.save_group(group)
    state.set_role(group.id, 1, "A")
    for number in range(wanted.sprints):
        state.save_entity(
            Entity(
                id=state.next_id("entity"),
                group_id=group.id,
                entity_type="sprint",
                name=f"Sprint {number}",
                created_by=1,
                modified_by=1,
                date_start=_START,
                date_end=_START + _TWO_WEEKS,
                status="planned",
            )
        )
    return emulator


def _trouble(emulator: Emulator, wanted: Wanted) -> None:
    if wanted.lost:
        emulator.inject("drop", when="after", match=is_work)
    if wanted.full:
        waiting = [emulator]

        def fill(asked: Request | Command) -> bool:
            if waiting and is_work(asked):
                waiting.pop().fill_bucket()
            return False  # a fault that never strikes: it only has to be asked

        emulator.inject("delay", seconds=0.0, match=fill)


def _held(emulator: Emulator) -> Held:
    requests = emulator.requests
    begin = next((place for place, one in enumerate(requests) if is_work(one)), len(requests))
    statuses = Counter(request.status for request in requests[begin:])
    with emulator.hold() as state:
        names = [entity.name for entity in state.entities.values()]
    return Held(requests=len(requests) - begin, refused=statuses[503], names=names)


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(cattrs.unstructure(answer)) + b"\n")
    sys.stdout.buffer.flush()


async def serve() -> None:
    """Answer lines until there are no more."""
    async with AsyncExitStack() as stack:
        emulator: Emulator | None = None
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            told = orjson.loads(line)
            if "open" in told:
                await stack.aclose()
                wanted = cattrs.structure(told["open"], Wanted)
                emulator = await stack.enter_async_context(_emulator(wanted))
                _trouble(emulator, wanted)
                ca = emulator.ca_pem.decode() if wanted.tls else None
                _say(Opened(webhook=emulator.webhook, group=_GROUP, ca=ca))
            elif emulator is not None:
                _say(_held(emulator))


if __name__ == "__main__":
    asyncio.run(serve())
