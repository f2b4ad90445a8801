"""How many batch commands a second the emulator answers on one core.

    python -m benchmarks.emulator_throughput [--batches 200] [--at-least 5000]

Client and emulator share one thread, and the client only copies bytes: what is measured is the
emulator, HTTP and JSON included, in seconds of processor time. It must be fast enough to measure a
client with it.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from itertools import count
from urllib.parse import quote, urlsplit

import orjson

from bitrix_scrum_async.emulator import Emulator

SIZE = 50
NAME = quote("Спринт «Вход по коду» & 100% + α")
START, END = quote("2026-11-02T00:00:00+03:00"), quote("2026-11-16T00:00:00+03:00")


def workloads(group: int) -> Iterator[tuple[str, str]]:
    """Commands of an import and its reading back; `{n}` counts the commands."""
    yield (
        "sprint.add",
        (
            f"tasks.api.scrum.sprint.add?fields[groupId]={group}&fields[name]={NAME}%20{{n}}"
            f"&fields[createdBy]=1&fields[dateStart]={START}&fields[dateEnd]={END}"
            "&fields[status]=planned"
        ),
    )
    yield "sprint.get", "tasks.api.scrum.sprint.get?id=2"
    yield (
        "epic.add",
        f"tasks.api.scrum.epic.add?fields[groupId]={group}&fields[name]={NAME}%20{{n}}",
    )
    yield (
        "task.add",
        f"tasks.task.add?fields[TITLE]={NAME}%20{{n}}&fields[GROUP_ID]={group}"
        "&fields[RESPONSIBLE_ID]=1&fields[DESCRIPTION]=" + quote("Текст задачи. " * 20),
    )
    yield (
        "scrum task.update",
        "tasks.api.scrum.task.update?id={n}&fields[entityId]=2&fields[storyPoints]=5",
    )
    yield "scrum task.get", "tasks.api.scrum.task.get?id={n}"


class Connection:
    """One HTTP connection that sends batches and reads answers."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._path = path

    async def send(self, method: str, body: bytes) -> bytes:
        """Call a method and read the whole answer."""
        self._writer.write(
            f"POST {self._path}{method} HTTP/1.1\r\nHost: emulator\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await self._reader.readexactly(length)


async def measure(batches: int) -> float:
    """Run every workload, print its figures, and give the overall rate."""
    async with Emulator(record=10) as emulator:
        address = urlsplit(emulator.webhook)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        connection = Connection(reader, writer, address.path)
        created = await connection.send(
            "sonet_group.create", orjson.dumps({"NAME": "Benchmark", "SCRUM_MASTER_ID": 1})
        )
        group = orjson.loads(created)["result"]
        backlog = {"fields": {"groupId": group, "createdBy": 1}}
        await connection.send("tasks.api.scrum.backlog.add", orjson.dumps(backlog))
        total = 0.0
        names = 0
        for name, command in workloads(group):
            numbers = count(1)
            bodies = [
                orjson.dumps(
                    {
                        "halt": 0,
                        "cmd": {f"c{n:03}": command.format(n=next(numbers)) for n in range(SIZE)},
                    }
                )
                for _ in range(batches)
            ]
            began = time.process_time()
            answer = b""
            for body in bodies:
                answer = await connection.send("batch", body)
            seconds = time.process_time() - began
            if failed := orjson.loads(answer)["result"]["result_error"]:
                sys.exit(f"{name} fails: {next(iter(failed.values()))}")
            total += seconds
            names += 1
            print(f"{name:<20}{batches * SIZE / seconds:>10,.0f} commands/s")
        writer.close()
        await writer.wait_closed()
    rate = names * batches * SIZE / total
    print(f"{'all':<20}{rate:>10,.0f} commands/s")
    return rate


def main() -> None:
    """Measure, and fail when it is too slow."""
    parser = argparse.ArgumentParser(description="Batch commands a second of the emulator")
    parser.add_argument("--batches", type=int, default=200, help="batches of 50 for each method")
    parser.add_argument("--at-least", type=float, default=5000.0, help="fail below this rate")
    options = parser.parse_args()
    rate = asyncio.run(measure(options.batches))
    if rate < options.at_least:
        sys.exit(f"slower than {options.at_least:,.0f} commands/s")


if __name__ == "__main__":
    main()
