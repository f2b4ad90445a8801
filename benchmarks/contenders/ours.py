"""This library: `PortalSession.batch` over typed calls, and `sprints.all` for the list.

Every call is built inside the clock, and every answer is decoded into a record. What it is told of
the portal's limits it takes as `Limits`. It asks for errors in the places of results, so that the
caller keeps what worked.
"""

import asyncio
from datetime import datetime

from benchmarks.contenders.job import Job, Result, read_job
from bitrix_scrum_async import BitrixScrumError, Limits, PortalSession, Sprint
from bitrix_scrum_async.version import __version__


def limits_of(job: Job) -> Limits:
    """What the portal allows, as settings."""
    if not job.per_second:
        return Limits.self_hosted()
    return Limits(burst=job.burst, per_second=job.per_second)


async def add(portal: PortalSession, job: Job, result: Result) -> None:
    """Add the sprints."""
    rows = job.fields()
    with result.clock():
        answers = await portal.batch(
            *(
                portal.sprints.add(
                    group_id=row["groupId"],
                    name=row["name"],
                    created_by=row["createdBy"],
                    date_start=datetime.fromisoformat(row["dateStart"]),
                    date_end=datetime.fromisoformat(row["dateEnd"]),
                )
                for row in rows
            ),
            return_exceptions=True,
        )
    sprints: list[Sprint] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            result.failed(answer)
        else:
            sprints.append(answer)
    result.ok = len(sprints)
    result.in_order = all(
        isinstance(answer, BaseException) or answer.name == row["name"]
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
        await portal.users.current()
        await asyncio.sleep(job.pause)
        await (read if job.workload == "list" else add)(portal, job, result)
    return result


if __name__ == "__main__":
    asyncio.run(work(read_job())).say()
