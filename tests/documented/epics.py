"""Epics as the documentation shows them."""

from typing import Any

import attrs

from tests.answering import answered
from tests.answers import EPIC, EPIC_RECORD

from .example import Example, fields

FILES: dict[str, Any] = {
    "ID": "298",
    "ENTITY_ID": "TASKS_SCRUM_EPIC",
    "FIELD_NAME": "UF_SCRUM_EPIC_FILES",
    "USER_TYPE_ID": "disk_file",
    "XML_ID": "",
    "SORT": "100",
    "MULTIPLE": "Y",
    "MANDATORY": "N",
    "SHOW_FILTER": "N",
    "SETTINGS": {"IBLOCK_ID": 0, "SECTION_ID": 0, "UF_TO_SAVE_ALLOW_EDIT": ""},
    "EDIT_FORM_LABEL": None,
    "USER_TYPE": {"USER_TYPE_ID": "disk_file", "DESCRIPTION": "File (Drive)"},
    "VALUE": [17, 18],
    "ENTITY_VALUE_ID": 4,
}

EXAMPLES = [
    Example(
        call=lambda portal: portal.epics.add(143, name="Checkout", color="#69dafc", files=["n428"]),
        method="tasks.api.scrum.epic.add",
        sends={
            "fields": {"groupId": 143, "name": "Checkout", "color": "#69dafc", "files": ["n428"]}
        },
        answer=answered(EPIC),
        gives=EPIC_RECORD,
    ),
    Example(
        call=lambda portal: portal.epics.get(4),
        method="tasks.api.scrum.epic.get",
        sends={"id": 4},
        answer=answered({**EPIC, "files": FILES}),
        gives=attrs.evolve(EPIC_RECORD, files=(17, 18)),
    ),
    Example(
        call=lambda portal: portal.epics.get(4),
        method="tasks.api.scrum.epic.get",
        sends={"id": 4},
        answer=answered({**EPIC, "files": {**FILES, "VALUE": False}}),
        gives=EPIC_RECORD,
    ),
    Example(
        call=lambda portal: portal.epics.update(4, name="Checkout", description="All of it"),
        method="tasks.api.scrum.epic.update",
        sends={"id": 4, "fields": {"name": "Checkout", "description": "All of it"}},
        answer=answered({**EPIC, "description": "All of it", "modifiedBy": 1}),
        gives=attrs.evolve(EPIC_RECORD, description="All of it", modified_by=1),
    ),
    Example(
        call=lambda portal: portal.epics.delete(4),
        method="tasks.api.scrum.epic.delete",
        sends={"id": 4},
        answer=answered([]),
        gives=None,
    ),
    Example(
        call=lambda portal: portal.epics.list(filter={"GROUP_ID": 143}),
        method="tasks.api.scrum.epic.list",
        answer=answered([EPIC]),
        gives=[EPIC_RECORD],
    ),
    fields(
        lambda portal: portal.epics.get_fields(),
        "tasks.api.scrum.epic.getFields",
        name="string",
        description="string",
        groupId="integer",
        color="string",
        files="array",
        createdBy="integer",
        modifiedBy="integer",
    ),
]
