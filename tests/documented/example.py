"""One example: a call, what it sends, what the portal answers, and what the caller gets."""

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from bitrix_scrum_async import Call, Field, PortalSession
from tests.answering import answered

Build: TypeAlias = Callable[[PortalSession], Call[Any]]


@attrs.frozen(kw_only=True)
class Example:
    """A call as the documentation shows it.

    Attributes:
        call: Builds it.
        method: The portal's method.
        sends: Its parameters; ``None`` where the tests of its resource look at them.
        answer: What the portal answers.
        gives: What awaiting the call gives.
    """

    call: Build
    method: str
    sends: dict[str, Any] | None = None
    answer: dict[str, Any]
    gives: Any


def fields(call: Build, method: str, **types: str) -> Example:
    """A `getFields`, and the type of each field that it tells."""
    return Example(
        call=call,
        method=method,
        sends={},
        answer=answered({"fields": {name: {"type": kind} for name, kind in types.items()}}),
        gives={name: Field(type=kind) for name, kind in types.items()},
    )
