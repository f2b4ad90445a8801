"""What a portal's answer means: (status, body) -> result, or the error. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from ..errors import OutcomeUnknown, PortalError, PortalMoved
from ..wire import is_map


class Answer:
    """A success answer.

    Attributes:
        result: What the method gave, as JSON.
        time: The portal's account of the time it took; every member is optional.
        repeated: Whether an earlier attempt, whose answer was lost, may have been executed too.
        deleted_before: Whether that attempt has deleted what the call was to delete. There is no
            result then.
    """

    # Written by hand: it is quick to import, and one is made for each request.
    __slots__ = ("deleted_before", "repeated", "result", "time")

    def __init__(
        self,
        *,
        result: Any,
        time: Mapping[str, Any] | None = None,
        repeated: bool = False,
        deleted_before: bool = False,
    ) -> None:
        self.result = result
        self.time: Mapping[str, Any] = {} if time is None else time
        self.repeated = repeated
        self.deleted_before = deleted_before


def read_answer(
    status: int,
    body: bytes,
    *,
    method: str,
    location: str | None = None,
    secrets: Collection[str] = (),
) -> Answer:
    """Read one HTTP answer.

    Args:
        status: The HTTP status.
        body: The body as it came.
        method: The method that was called.
        location: Scheme and host of a ``Location`` header.
        secrets: What no error may show, though the portal repeats it.

    Raises:
        PortalMoved: The portal answered with a redirect.
        PortalError: The portal answered with an error; a page with a 4xx status counts as one.
        OutcomeUnknown: The answer is not the portal's JSON, so the call may have been executed.
    """
    if 300 <= status < 400:
        raise PortalMoved(location or "an address it does not name", method=method)
    answer = _object_in(body)
    if answer is None or not ("error" in answer or "result" in answer):
        cut = answer is None and body.lstrip().startswith(b"{")
        if 400 <= status < 500 and not cut:
            # A page of the web server in front: the portal's own code never saw the call.
            raise PortalError(
                f"HTTP_{status}", "a page instead of JSON", status=status, method=method
            )
        raise OutcomeUnknown(
            f"answered {status} with {_described(body)} instead of the portal's JSON", method=method
        )
    # Presence decides, not truth: the code may be 0, "" or null (A.7).
    if "error" in answer:
        # Imported with the first error: all that portals are known to say is a lot.
        from ..portal_errors import error_from_answer

        raise error_from_answer(_masked(answer, secrets), method=method, status=status)
    time = answer.get("time")
    result = answer["result"]
    if method == "batch" and is_map(result) and result.get("result_error"):
        result = {**result, "result_error": _masked(result["result_error"], secrets)}
    return Answer(result=result, time=time if is_map(time) else None)


def _masked(said: Any, secrets: Collection[str]) -> Any:
    from .masking import masked  # with the first error, too

    return masked(said, secrets)


def _object_in(body: bytes) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return value if is_map(value) else None


def _described(body: bytes) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "an empty body"
    return "a page" if start == b"<" else f"{len(body)} bytes"
