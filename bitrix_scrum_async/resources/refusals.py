"""What is refused even of calls that are made by the portal's own names."""

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidCall


def check_named_call(method: str, params: Mapping[str, Any]) -> None:
    """Refuse what gives false records.

    ``sprint.list`` fills what was not selected with 0, empty texts and the current time.

    Args:
        method: The portal's method.
        params: Its parameters, in the portal's spelling.

    Raises:
        InvalidCall: A ``select`` for ``tasks.api.scrum.sprint.list``.
    """
    if method.lower() == "tasks.api.scrum.sprint.list" and "select" in params:
        raise InvalidCall(
            f"{params['select']!r:.60} does not leave fields out: the portal gives them as 0, as"
            " empty texts and as the current time; leave it out, every field comes anyway",
            method=method,
            argument="select",
        )
