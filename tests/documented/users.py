"""Users as the documentation shows them."""

from typing import Any

from bitrix_scrum_async import User
from tests.answering import answered

from .example import Example

USER: dict[str, Any] = {
    "ID": "1",
    "XML_ID": "11",
    "ACTIVE": True,
    "NAME": "Ada",
    "LAST_NAME": "Lovelace",
    "SECOND_NAME": "",
    "EMAIL": "ada@example.com",
    "LAST_LOGIN": "2026-09-28T10:29:47+03:00",
    "DATE_REGISTER": "2024-04-03T03:00:00+03:00",
    "TIME_ZONE": "",
    "IS_ONLINE": "Y",
    "TIMESTAMP_X": {},
    "LAST_ACTIVITY_DATE": {},
    "PERSONAL_GENDER": "",
    "PERSONAL_BIRTHDAY": "",
    "WORK_POSITION": "Owner",
    "UF_DEPARTMENT": [1],
    "USER_TYPE": "employee",
}
USER_RECORD = User(
    id=1,
    active=True,
    name="Ada",
    last_name="Lovelace",
    email="ada@example.com",
    work_position="Owner",
    user_type="employee",
    departments=(1,),
)

EXAMPLES = [
    Example(
        call=lambda portal: portal.users.current(),
        method="user.current",
        sends={},
        answer=answered(USER),
        gives=USER_RECORD,
    ),
    Example(
        call=lambda portal: portal.users.list(),
        method="user.get",
        answer=answered([USER, {"ID": "7", "NAME": "Bo"}], total=2),
        gives=[USER_RECORD, User(id=7, name="Bo")],
    ),
]
