"""Whatever a client sends, a method answers JSON or an error of the portal, and stays sane."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_scrum_async.emulator.answers import Page, RestError
from bitrix_scrum_async.emulator.methods import METHODS
from bitrix_scrum_async.emulator.switches import Switches
from bitrix_scrum_async.emulator.visit import Visit
from tests.emulator.methods.office import NOW, Office, open_office

_WORDS = st.sampled_from(
    # What methods have words for, and what they might trip over.
    [
        "0",
        "1",
        "2",
        "-1",
        "x",
        "active",
        "planned",
        "NEW",
        "Y",
        "N",
        "ID",
        "desc",
        "OR",
        "2026-01-05",
        "1e3",
        "now",
        "n12",
        "Array",
        "*",
        "$result[a]",
    ]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**63), max_value=2**63 - 1),
    st.integers(min_value=0, max_value=4),
    st.floats(allow_nan=False, allow_infinity=False),
    _WORDS,
    st.text(st.characters(codec="utf-8"), max_size=8),
)
_NAMES = st.sampled_from(
    [
        "id",
        "ID",
        "groupId",
        "name",
        "createdBy",
        "modifiedBy",
        "dateStart",
        "dateEnd",
        "status",
        "sort",
        "color",
        "files",
        "description",
        "sprintId",
        "stageId",
        "taskId",
        "type",
        "entityId",
        "epicId",
        "storyPoints",
        "TITLE",
        "RESPONSIBLE_ID",
        "GROUP_ID",
        "PARENT_ID",
        "TAGS",
        "AUDITORS",
        "DEADLINE",
        "STATUS",
        "XML_ID",
        "UF_X",
        "NAME",
        "OWNER_ID",
        "IMAGE",
        ">ID",
        "%NAME",
        "=%TITLE",
        "!STATUS",
        "LOGIC",
        "0",
        "1",
        "DATE_CREATE",
        "USER_ID",
        "SORT",
        "SCRUM_MASTER_ID",
        "KEYWORDS",
        "ACTIVE",
        "=ENTITY_TYPE",
        "TAG",
        "@ID",
        "CREATED_DATE",
    ]
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=5)
    ),
    max_leaves=8,
)
_FIELDS = st.dictionaries(_NAMES, _VALUES, max_size=8)
_PARAMS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("fields", "filter", "FILTER", "order", "ORDER", "params"), _FIELDS),
        **dict.fromkeys(("select", "SELECT", "sort"), _VALUES),
        **dict.fromkeys(("id", "taskId", "sprintId", "stageId"), st.integers(0, 3)),
        **dict.fromkeys(("GROUP_ID", "USER_ID", "ID", "NAME", "full", "name", "scope"), _VALUES),
    },
)


def busy_office(switches: Switches) -> Office:
    """A portal with something in every table."""
    office = open_office()
    sprint = office.sprint()
    office.task(sprint=sprint)
    office.task(TAGS="a", XML_ID="k", DEADLINE="2026-01-01")
    office.scrum("epic.add", fields={"groupId": 1, "name": "E"})
    office.scrum("sprint.start", id=sprint)
    office.switches = switches
    return office


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=10)
@given(params=st.one_of(_PARAMS, _FIELDS), start=st.sampled_from([None, -1, 0, 50, 10**20]))
def test_any_input_is_answered(name: str, params: dict[str, Any], start: int | None) -> None:
    """With JSON, or with an error that has a code and a text."""
    for switches in (Switches(), Switches(batch_caches=True, kanban_errors="error")):
        office = busy_office(switches)
        visit = Visit(state=office.state, switches=switches, user_id=1, start=start, now=float(NOW))
        answer = _answer(name, visit, params)
        orjson.dumps(answer.result if isinstance(answer, Page) else answer)


def _answer(name: str, visit: Visit, params: dict[str, Any]) -> Any:
    try:
        return METHODS[name].handler(visit, params)
    except RestError as error:
        return {"error": error.code, "error_description": error.description}
