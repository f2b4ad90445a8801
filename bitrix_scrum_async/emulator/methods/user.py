"""`user.*` and `profile`."""

from typing import Any

from ..binder import Params
from ..filters import Column, matcher, ordered
from ..rows import User
from ..values import to_map, to_str
from ..visit import Visit
from .group import page
from .registry import method

_TRUE = ("1", "Y", "true")
_COLUMNS = {
    "ID": Column(lambda user: user.id),
    "ACTIVE": Column(lambda user: user.active),
    "NAME": Column(lambda user: user.name, "text"),
    "LAST_NAME": Column(lambda user: user.last_name, "text"),
    "EMAIL": Column(lambda user: user.email, "text"),
    "USER_TYPE": Column(lambda user: "employee", "text"),
    "IS_ONLINE": Column(lambda user: "N", "text"),
}


def _answer(user: User) -> dict[str, Any]:
    no_date: dict[str, Any] = {}  # a date without public properties
    return {
        "ID": str(user.id),
        "XML_ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "TITLE": None,
        "EMAIL": user.email,
        "LAST_LOGIN": "",
        "DATE_REGISTER": "2020-01-01T00:00:00+03:00",
        "TIME_ZONE": "",
        "IS_ONLINE": "N",
        "TIMESTAMP_X": no_date,
        "LAST_ACTIVITY_DATE": no_date,
        "PERSONAL_GENDER": "",
        "PERSONAL_BIRTHDAY": "",
        "PERSONAL_MOBILE": "",
        "PERSONAL_CITY": "",
        "WORK_PHONE": "",
        "WORK_POSITION": "",
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": [1],
        "USER_TYPE": "employee",
    }


_BASIC = (
    *("ID", "XML_ID", "ACTIVE", "NAME", "LAST_NAME", "SECOND_NAME", "TITLE", "EMAIL"),
    *("LAST_LOGIN", "DATE_REGISTER", "TIME_ZONE", "IS_ONLINE", "TIMESTAMP_X"),
    *("LAST_ACTIVITY_DATE", "PERSONAL_GENDER", "PERSONAL_BIRTHDAY", "PERSONAL_CITY"),
    *("WORK_POSITION", "UF_DEPARTMENT", "USER_TYPE"),
)
_CONTACTS = ("EMAIL", "LAST_LOGIN", "DATE_REGISTER", "PERSONAL_BIRTHDAY", "UF_DEPARTMENT")


def _seen_by(visit: Visit, user: User) -> dict[str, Any]:
    """What the scope lets through: `user` all, `user_basic` less, `user_brief` no contacts."""
    row = _answer(user)
    if "user" in visit.scopes:
        return row
    row = {name: row[name] for name in _BASIC}
    if "user_basic" not in visit.scopes:
        for name in _CONTACTS:
            del row[name]
    return row


@method("user.get", "user")
def get(visit: Visit, params: Params) -> Any:
    """A page of users. Names of parameters count in any case; unknown ids are just missing."""
    by_name = {name.upper(): value for name, value in params.items()}
    filter_ = by_name.get("FILTER", by_name)
    wanted = {name.upper(): value for name, value in to_map(filter_).items()}
    if "ACTIVE" in wanted and not isinstance(wanted["ACTIVE"], bool):
        wanted["ACTIVE"] = to_str(wanted["ACTIVE"]) in _TRUE
    test = matcher(wanted, _COLUMNS, skip_unknown=True)
    users = [
        user
        for user in visit.state.users.values()
        if (test is None or test(user)) and (user.active or visit.is_admin)
    ]
    column = to_str(by_name.get("SORT")).upper()
    order = {column if column in _COLUMNS else "ID": to_str(by_name.get("ORDER")) or "ASC"}
    return page(ordered(users, order, _COLUMNS), visit.start, lambda user: _seen_by(visit, user))


@method("user.current", "user")
def current(visit: Visit, params: Params) -> Any:
    """The caller."""
    return _seen_by(visit, visit.state.users[visit.user_id])


@method("profile", None)
def profile(visit: Visit, params: Params) -> Any:
    """The caller in short; needs no scope, so it is the best test of credentials."""
    user = visit.state.users.get(visit.user_id)
    if user is None or not user.active:
        empty: list[Any] = []
        return empty
    return {
        "ID": str(user.id),
        "ADMIN": user.admin,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
        "TIME_ZONE_OFFSET": 0,
    }
