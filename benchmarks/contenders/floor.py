"""The floor: aiohttp and orjson post batches that were written beforehand, and decode nothing.

Ten are in flight at once. With limits, each batch leaves at the moment at which an ideal client
would send it. It does nothing but adds, makes no calls and keeps no results.
"""

import asyncio
from importlib.metadata import version
from time import monotonic
from urllib.parse import quote

import aiohttp
import orjson

from benchmarks.contenders.job import Job, Result, read_job

ADD = "tasks.api.scrum.sprint.add"
SIZE = 50
IN_FLIGHT = 10
HEADERS = {"Content-Type": "application/json"}
WARM_UP = orjson.dumps({"halt": 0, "cmd": {"first": "user.current", "second": "user.current"}})


def bodies(job: Job) -> list[bytes]:
    """All the work as ready-made batches."""
    commands = [
        f"{ADD}?"
        + "&".join(f"fields[{name}]={quote(str(value), safe='')}" for name, value in row.items())
        for row in job.fields()
    ]
    return [
        orjson.dumps(
            {"halt": 0, "cmd": {f"c{n}": text for n, text in enumerate(commands[at : at + SIZE])}}
        )
        for at in range(0, len(commands), SIZE)
    ]


async def post_all(client: aiohttp.ClientSession, ready: list[bytes], job: Job) -> int:
    """Post the batches; the number of results in the answers."""
    places = asyncio.Semaphore(IN_FLIGHT)
    began = monotonic()

    async def post(place: int, body: bytes) -> int:
        late = max(0, place - job.burst + 1)
        if job.per_second and late:
            await asyncio.sleep(began + late / job.per_second - monotonic())
        async with places, client.post(f"{job.webhook}batch", data=body) as response:
            answer = orjson.loads(await response.read())
            return len(answer["result"]["result"]) if response.status == 200 else 0

    return sum(await asyncio.gather(*(post(place, body) for place, body in enumerate(ready))))


async def work(job: Job) -> Result:
    """Do the job."""
    result = Result("aiohttp + orjson, ready-made batches", version("aiohttp"))
    if job.workload != "adds":
        result.skipped = "it only posts ready-made adds"
        return result
    ready = bodies(job)
    async with aiohttp.ClientSession(headers=HEADERS) as client:
        async with client.post(f"{job.webhook}batch", data=WARM_UP) as response:
            orjson.loads(await response.read())
        await asyncio.sleep(job.pause)
        with result.clock():
            result.ok = await post_all(client, ready, job)
    return result


if __name__ == "__main__":
    asyncio.run(work(read_job())).say()
