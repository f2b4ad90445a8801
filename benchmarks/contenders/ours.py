"""This library: `batch` or `stream` over typed calls, and `sprints.all` for the list.

A portal that limits requests gets a `stream`: its first batches leave while later calls are still
built, and there time is counted in requests that leave early. Without limits `batch` costs a little
less for a call, and so it is used there.

Every call is built inside the clock, of values in the form that the library takes: its peers get
date-times as text, it gets them as `datetime`. Every answer is decoded into a record. What it is
told of the portal's limits it takes as `Limits`. It asks for errors in the places of results, so
that the caller keeps what worked.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from benchmarks.contenders.job import END, START, Job, Result, read_job
from bitrix_scrum_async import BitrixScrumError, Call, Limits, PortalSession, Sprint
from bitrix_scrum_async.version import __version__

Answers = Sequence[Sprint | BitrixScrumError]
"""A record for each call, or why there is none."""


def limits_of(job: Job) -> Limits:
    """What the portal allows, as settings."""
    if not job.per_second:
        return Limits.self_hosted()
    return Limits(burst=job.burst, per_second=job.per_second)


async def batched(portal: PortalSession, calls: Iterable[Call[Sprint]]) -> Answers:
    """Send all calls when all of them are built."""
    return await portal.batch(*calls, return_exceptions=True)


async def streamed(portal: PortalSession, calls: Iterable[Call[Sprint]]) -> Answers:
    """Send calls while others are still built."""
    return [outcome.error or outcome.unwrap() async for outcome in portal.stream(calls)]


async def add(portal: PortalSession, job: Job, result: Result) -> None:
    """Add the sprints."""
    rows = job.fields()
    start, end = datetime.fromisoformat(START), datetime.fromisoformat(END)
    with result.clock():
        calls = (
            portal.sprints.add(
                group_id=row["groupId"],
                name=row["name"],
                created_by=row["createdBy"],
                date_start=start,
                date_end=end,
            )
            for row in rows
        )
        answers = await (streamed if job.per_second else batched)(portal, calls)
    for answer in answers:
        if isinstance(answer, BitrixScrumError):
            result.failed(answer)
        else:
            result.ok += 1
    result.in_order = len(answers) == len(rows) and all(
        isinstance(answer, BitrixScrumError) or answer.name == row["name"]
        for answer, row in zip(answers, rows, strict=True)
    )


async def read(portal: PortalSession, job: Job, result: Result) -> None:
    """Read all sprints of the group."""
    with result.clock():
        ids = [sprint.id async for sprint in portal.sprints.all(filter={"GROUP_ID": job.group})]
    result.got_ids(ids)


async def be_refused(portal: PortalSession, job: Job, result: Result) -> None:
    """Make a call that cannot succeed."""
    try:
        await portal.users.current()
    except BitrixScrumError as error:
        result.refused(error, job)


async def work(job: Job) -> Result:
    """Do the job."""
    result = Result("bitrix_scrum_async", __version__)
    async with PortalSession(job.webhook, limits=limits_of(job)) as portal:
        if job.workload == "secret":
            await be_refused(portal, job, result)
            return result
        await portal.batch(
            portal.users.current(), portal.sprints.list(filter={"GROUP_ID": job.group})
        )
        await asyncio.sleep(job.pause)
        await (read if job.workload == "list" else add)(portal, job, result)
    return result


if __name__ == "__main__":
    asyncio.run(work(read_job())).say()
