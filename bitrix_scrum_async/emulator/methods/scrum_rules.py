"""Rules that all methods of `tasks.api.scrum.*` share."""

from collections.abc import Mapping
from typing import Any

from ..answers import RestError
from ..binder import SCRUM
from ..filters import UnknownName
from ..values import is_numeric, to_int
from ..visit import Visit

SCOPE = "task"
NAME_LENGTH = 255
ACCESS_DENIED = "Access denied"


def fail(visit: Visit, text: str) -> RestError:
    """An error of a scrum method: code 0, status 400."""
    return SCRUM.error(visit, text)


def require_access(visit: Visit, group_id: int) -> None:
    """Reading rights, which are all that most writes ask for, too."""
    if not visit.can_read(group_id):
        raise fail(visit, ACCESS_DENIED)


def number(fields: Mapping[str, Any], name: str) -> int | None:
    """A field that counts only when it is numeric."""
    value = fields.get(name)
    return to_int(value) if is_numeric(value) else None


def text(fields: Mapping[str, Any], name: str) -> str | None:
    """A field that counts only when it is a text."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def user(visit: Visit, fields: Mapping[str, Any], name: str) -> int | None:
    """A user's id: what is not numeric is no id, and a number must be a user's."""
    user_id = number(fields, name)
    if user_id is not None and user_id not in visit.state.users:
        raise fail(visit, f"{name} user not found")
    return user_id


def described(**types: str) -> dict[str, Any]:
    """The answer of a `getFields`."""
    return {"fields": {name: {"type": kind} for name, kind in types.items()}}


def unknown_name(visit: Visit, error: UnknownName) -> list[Any]:
    """What a list answers to a name it does not know: an empty list hides the failure."""
    if visit.switches.list_errors == "error":
        raise fail(visit, "Could not load list") from error
    return []
