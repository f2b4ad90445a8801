"""A web service on one portal: its users' concurrent requests fold into few of the portal's.

    BITRIX24_WEBHOOK=https://acme.bitrix24.com/rest/1/abc123/ python examples/service.py

    GET  /groups/125/sprints   a group and its sprints
    GET  /tasks/751            a task, and its place in the scrum
    POST /groups/125/tasks     {"title": ..., "responsible_id": ..., "description": ...,
                                "sprint_id": ..., "story_points": ...}; the last three may be absent
    GET  /health               whether the service runs, and what it has sent; asks nobody
    GET  /ready                whether the portal answers; 503 where it does not

One session lives as long as the service. Its handlers are written as if each were alone, and
`coalescing` gathers what they await into batches. A portal takes two requests a second for long:
so does this service, and each of them carries up to fifty calls.

Whoever reaches this service acts as the webhook's user. It listens on this machine only; put what
knows your users in front of it. HOST and PORT say where else.
"""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import attrs
import orjson
from aiohttp import web

from bitrix_scrum_async import (
    UNSET,
    AccessDenied,
    AlreadyExists,
    BitrixScrumError,
    CoreError,
    InvalidCall,
    LimitError,
    MethodError,
    NotExecuted,
    NotFound,
    NotSent,
    OutcomeUnknown,
    Portal,
    PortalSession,
    RetryPolicy,
    ScrumTask,
    TaskNotFound,
    Timeouts,
    Unset,
    WrongSprintState,
)

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

DEADLINE: Final = 25.0
"""Seconds that a user waits at most. Proxies in front usually give up after 30 or 60."""

READY_WITHIN: Final = 5.0
"""Seconds in which a portal that is well answers."""

log = logging.getLogger("service")


class Writes:
    """Writes that run to their end, whoever stops waiting for them.

    A user who goes away cancels what was begun for them. That is right for reads. A task that is
    added and not placed would be half a thing.
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def finish(self, write: Coroutine[Any, Any, T]) -> T:
        """Wait for a write; being cancelled meanwhile does not stop it."""
        task = asyncio.create_task(write)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for all that still run."""
        if self._running:
            await asyncio.wait(self._running)


SESSION: Final = web.AppKey("session", PortalSession)
PORTAL: Final[web.AppKey[Portal]] = web.AppKey("portal")
WRITES: Final = web.AppKey("writes", Writes)


def open_session() -> PortalSession:
    """Open the session of the service: no more patient than its users, who are gone by then.

    Raises:
        InvalidCall: The environment names no webhook.
    """
    return PortalSession.from_env(
        timeouts=Timeouts(connect=5.0, answer=DEADLINE),
        retry=RetryPolicy(attempts=3, max_wait=DEADLINE),
    )


def build_app(
    open_session: Callable[[], PortalSession] = open_session, *, deadline: float = DEADLINE
) -> web.Application:
    """Build the service.

    Args:
        open_session: Opens the session when the service starts. It is closed at the end.
        deadline: Seconds after which a user gets 504.
    """

    @web.middleware
    async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            async with asyncio.timeout(deadline):
                return await handler(request)
        except TimeoutError:
            return answer_error(504, "the portal took too long", _maybe_done(request))
        except BitrixScrumError as error:
            status = status_of(error)
            if status >= 500:
                log.warning("%s %s: %s", request.method, request.path, error)
            # What the library says holds no secrets.
            unknown = isinstance(error, OutcomeUnknown) and _maybe_done(request)
            return answer_error(status, str(error), unknown)

    async def portal_of_a_lifetime(app: web.Application) -> AsyncIterator[None]:
        async with open_session() as session, session.coalescing() as portal:
            app[SESSION], app[PORTAL], app[WRITES] = session, portal, Writes()
            yield
            await app[WRITES].settle()
            session.stop_sending()  # what is still asked is asked for nobody

    app = web.Application(middlewares=[answer_errors])
    app.cleanup_ctx.append(portal_of_a_lifetime)
    app.add_routes(
        [
            web.get("/health", health),
            web.get("/ready", ready),
            web.get("/groups/{group_id:[0-9]+}/sprints", get_sprints),
            web.post("/groups/{group_id:[0-9]+}/tasks", add_task),
            web.get("/tasks/{task_id:[0-9]+}", get_task),
        ]
    )
    return app


async def health(request: web.Request) -> web.Response:
    """Say that the service runs. It does so without the portal, too."""
    session = request.app[SESSION]
    return answer({"portal": session.host, "sent": session.stats})


async def ready(request: web.Request) -> web.Response:
    """Say whether the portal answers, and to whom."""
    try:
        async with asyncio.timeout(READY_WITHIN):
            user = await request.app[PORTAL].users.current()
    except TimeoutError:
        return answer_error(503, "the portal takes too long")
    except BitrixScrumError as error:
        return answer_error(503, str(error))
    return answer({"portal": request.app[SESSION].host, "user": user.id})


async def get_sprints(request: web.Request) -> web.Response:
    """Give a group and its sprints."""
    portal, group_id = request.app[PORTAL], int(request.match_info["group_id"])
    # The portal gives no sprints for an unknown group, and no error. Asking for the group as well
    # costs no time: both ride in one request.
    group, sprints = await asyncio.gather(
        portal.send(portal.groups.get(group_id)),
        _all(portal.sprints.all({"GROUP_ID": group_id})),
    )
    return answer({"group": group, "sprints": sprints})


async def get_task(request: web.Request) -> web.Response:
    """Give a task, and its place in the scrum where it has one."""
    portal, task_id = request.app[PORTAL], int(request.match_info["task_id"])
    task, place = await asyncio.gather(
        portal.send(portal.tasks.get(task_id)),
        portal.send(portal.scrum_tasks.get(task_id)),
        return_exceptions=True,
    )
    if isinstance(task, BaseException):
        raise task
    if isinstance(place, BaseException) and not isinstance(place, TaskNotFound):
        raise place
    # Without a place it is a task of a group without scrum.
    return answer({"task": task, "place": place if isinstance(place, ScrumTask) else None})


async def add_task(request: web.Request) -> web.Response:
    """Add a task to a group, in its backlog or in a sprint."""
    try:
        body = orjson.loads(await request.read())
        wanted = NewTask(group_id=int(request.match_info["group_id"]), **body)
    except (ValueError, TypeError):
        return answer_error(400, WANTED)
    return await request.app[WRITES].finish(_add(request.app[PORTAL], wanted))


@attrs.frozen(kw_only=True)
class NewTask:
    """What a user wants. The values are looked at by the library, which says what is wrong."""

    group_id: int
    title: Any
    responsible_id: Any
    description: Any = UNSET
    sprint_id: Any = UNSET
    story_points: Any = UNSET


WANTED: Final = (
    "wanted is a JSON object with title, responsible_id, and if you like description, sprint_id, "
    "story_points"
)


async def _add(portal: Portal, wanted: NewTask) -> web.Response:
    # A sprint of another group would be taken without an error, and an unknown one is only refused
    # when the task is there already.
    if not isinstance(wanted.sprint_id, Unset):
        sprint = await portal.sprints.get(wanted.sprint_id)
        if sprint.group_id != wanted.group_id:
            return answer_error(409, f"sprint {sprint.id} belongs to group {sprint.group_id}")
    task = await portal.tasks.add(
        wanted.title,
        responsible_id=wanted.responsible_id,
        group_id=wanted.group_id,
        description=wanted.description,
    )
    problem = None
    if not (isinstance(wanted.sprint_id, Unset) and isinstance(wanted.story_points, Unset)):
        try:
            await portal.scrum_tasks.update(
                task.id, entity_id=wanted.sprint_id, story_points=wanted.story_points
            )
        except BitrixScrumError as error:
            log.warning("task %d is not where it was wanted: %s", task.id, error)
            problem = str(error)
    # 201 even then: the task is there, and whoever sends it again makes a second one.
    return answer({"task": task, "problem": problem}, status=201)


def status_of(error: BitrixScrumError) -> int:
    """The HTTP status for what went wrong.

    From 500 on it is not the user's doing. 503 says that nothing was done: come again. 504 says
    that a write may have been done: look before you repeat it.
    """
    match error:
        case InvalidCall():
            return 400
        case AccessDenied():
            return 403
        case NotFound():
            return 404
        case AlreadyExists() | WrongSprintState():
            return 409
        case MethodError() | CoreError():
            return 422
        case LimitError() | NotSent() | NotExecuted():
            return 503
        case OutcomeUnknown():
            return 504
        case _:  # our webhook is not accepted, the portal fails or cannot be understood
            return 502


def answer(content: Any, status: int = 200) -> web.Response:
    """Answer with JSON; records become objects with the names of their fields."""
    body = orjson.dumps(content, default=_plain)
    return web.Response(body=body, status=status, content_type="application/json")


def answer_error(status: int, reason: str, maybe_done: bool = False) -> web.Response:
    """Answer that something went wrong, and whether it may have been done nevertheless."""
    response = answer({"error": reason, "may_be_done": maybe_done}, status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _maybe_done(request: web.Request) -> bool:
    return request.method not in ("GET", "HEAD")


def _plain(record: Any) -> dict[str, Any]:
    return attrs.asdict(record, recurse=False)


async def _all(rows: AsyncIterator[T]) -> list[T]:
    return [row async for row in rows]


def main() -> None:
    """Serve until a signal to end; then answer what was asked, and close the session."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        web.run_app(
            build_app(),
            host=os.environ.get("HOST", "127.0.0.1"),
            port=int(os.environ.get("PORT", "8080")),
            # A user who goes away takes calls back that have not left yet.
            handler_cancellation=True,
            shutdown_timeout=DEADLINE,
            print=None,
        )
    except InvalidCall as error:
        sys.exit(f"service: {error}")


if __name__ == "__main__":
    main()
