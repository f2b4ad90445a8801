"""Columns of a Jira export by what they hold, under English and Russian names."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from .table import Row

_NAMES: Final[Mapping[str, str]] = {
    "title": "summary|title|тема|заголовок|сводка|резюме",
    "key": "issue key|issuekey|work item key|key|ключ проблемы|ключ задачи|ключ запроса|ключ"
    "|код проблемы|код задачи|код запроса|код",
    "id": "issue id|work item id|идентификатор проблемы|идентификатор задачи"
    "|идентификатор запроса|id проблемы|id задачи|id запроса",
    "kind": "issue type|work type|work item type|тип проблемы|тип задачи|тип запроса|тип",
    "status": "status|статус|состояние",
    "category": "status category|категория статуса|категория состояния",
    "project": "project key|ключ проекта|код проекта",
    "project name": "project name|project|название проекта|имя проекта|проект",
    "project description": "project description|описание проекта",
    "lead": "project lead|руководитель проекта",
    "lead id": "project lead id|идентификатор руководителя проекта|id руководителя проекта",
    "assignee": "assignee|исполнитель",
    "assignee id": "assignee id|идентификатор исполнителя|id исполнителя",
    "assignee address": "assignee email|assignee e-mail|email исполнителя",
    "reporter": "reporter|автор|составитель",
    "sprint": "sprint|спринт",
    "description": "description|описание",
    "labels": "labels|метки",
    "parent": "parent|родитель|родительская задача|родительский элемент",
    "parent id": "parent id|идентификатор родителя|id родителя",
    "parent key": "parent key|ключ родителя|ключ родительской задачи",
    "parent title": "parent summary|тема родителя|сводка родителя",
    "epic": "epic link|ссылка на эпик|ссылка эпика",
    "epic name": "epic name|название эпика|имя эпика",
    "points": "story points|story point|storypoint|storypoints|story point estimate"
    "|story points estimate|сторипоинты|стори поинты|стори-поинты"
    "|оценка в story points|оценка story point|очки истории",
    "due": "due date|due|срок исполнения|срок|дата исполнения",
    "created": "created|создано|дата создания|создан",
    "updated": "updated|обновлено|дата обновления|обновлен",
    "resolved": "resolved|решено|дата решения|дата резолюции",
    "resolution": "resolution|решение|резолюция",
    "priority": "priority|приоритет",
    "comments": "comment|comments|комментарий|комментарии",
    "attachments": "attachment|attachments|вложение|вложения",
    "work logs": "log work|work log|журнал работ|работа|затраченное время",
    "watchers": "watchers|наблюдатели",
}
_MEANINGS: Final = {name: meaning for meaning, names in _NAMES.items() for name in names.split("|")}
_CUSTOM = re.compile(r"(?:custom field|пользовательское поле|настраиваемое поле) \((.*)\)")
_LINK = re.compile(r"(?:inward|outward) issue link|(?:входящ|исходящ)\w+ (?:ссылка|связь)")


def meaning(header: str) -> str | None:
    """Return what a column holds, or ``None`` where it is not known."""
    name = " ".join(header.casefold().replace("ё", "е").split())
    if custom := _CUSTOM.fullmatch(name):
        name = custom[1].strip()
    if _LINK.match(name):
        return "links"
    return _MEANINGS.get(name)


def wanted(what: str) -> str:
    """Return the name by which Jira in English calls a column."""
    name = _NAMES[what].partition("|")[0]
    return name[0].upper() + name[1:]


@attrs.define
class Columns:
    """Where the columns of a table stand; several may hold the same."""

    places: dict[str, list[int]]
    unknown: dict[int, str]

    @classmethod
    def of(cls, header: Sequence[str]) -> "Columns":
        """Find the columns of a header."""
        places: dict[str, list[int]] = {}
        unknown: dict[int, str] = {}
        for n, name in enumerate(header):
            what = meaning(name)
            if what is not None:
                places.setdefault(what, []).append(n)
            elif name:
                unknown[n] = name
        return cls(places, unknown)

    def all(self, row: Row, what: str) -> list[str]:
        """Return what stands in the columns of one meaning, without the empty ones."""
        cells = (row.cells[n].strip() for n in self.places.get(what, ()))
        return [cell for cell in cells if cell]

    def one(self, row: Row, what: str) -> str:
        """Return the first that is not empty, or nothing."""
        return next(iter(self.all(row, what)), "")
