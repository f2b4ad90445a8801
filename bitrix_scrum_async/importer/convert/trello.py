"""A board as Trello exports it to JSON ("Export as JSON")."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import attrs

from ..files import Plain, Source, json_source, refusal
from ..problems import Path as Way
from ..problems import PlanError
from .dates import day_of
from .export import Export, Item, Project
from .jira import points

_POINTS = {"story points", "story point", "points", "estimate", "сторипоинты", "оценка", "очки"}


def read_board(path: Path, text: str) -> Export:
    """Read a board.

    Raises:
        PlanError: It is no JSON, no board, or holds cards that cannot be read.
    """
    source = json_source(str(path), text)
    tree = source.tree
    if not isinstance(tree, dict):
        raise refusal(path, "is JSON, but no board of Trello: it holds no object")
    board = cast("dict[str, Any]", tree)
    for part in ("cards", "lists"):
        if not isinstance(board.get(part), list):
            known = ", ".join(repr(name) for name in list(board)[:8]) or "nothing"
            raise refusal(
                path, f"is JSON, but no board of Trello: it has no list {part!r}; it has {known}"
            )
    return _Board(path, source, board).read()


@attrs.define
class _Board:
    path: Path
    source: Source
    tree: dict[str, Any]
    found: list[tuple[Way, str]] = attrs.field(factory=list[tuple[Way, str]])
    left_out: Counter[str] = attrs.field(factory=Counter[str])

    def read(self) -> Export:
        key = _text(self.tree, "shortLink") or _text(self.tree, "id") or "board"
        project = Project(
            key=key,
            name=_text(self.tree, "name").strip() or key,
            description=_text(self.tree, "desc"),
        )
        people = self.people()
        lists = {_text(each, "id"): each for each in _maps(self.tree, "lists")}
        labels = {_text(each, "id"): _label(each) for each in _maps(self.tree, "labels")}
        checklists = self.checklists()
        estimate = self.estimates()
        cards = sorted(
            enumerate(_objects(self.tree["cards"], self.wrong)),
            key=lambda each: _rank(each[1], lists),
        )
        lines = self.source.lines_of([("cards", n) for n, _ in cards])
        taken: dict[str, int] = {}
        items: list[Item] = []
        for (n, card), line in zip(cards, lines, strict=True):
            number = _text(card, "idShort") or _text(card, "shortLink") or _text(card, "id")
            title = _text(card, "name").strip()
            if not number:
                self.wrong(n, "has neither idShort nor id")
            elif number in taken:
                self.wrong(n, f"has the number {number}, as the card on line {taken[number]}")
            elif not title:
                self.wrong(n, f"the card {number} has no name: write one in Trello, or remove it")
            elif title == "0":
                self.wrong(n, f"the card {number} is called 0, which a portal takes for no name")
            else:
                taken[number] = line or 1
                column = lists.get(_text(card, "idList"), {})
                items.append(
                    self.item(
                        card,
                        line=line or 1,
                        key=number,
                        project=key,
                        title=title,
                        status=_text(column, "name").strip(),
                        archived=_flag(card, "closed") or _flag(column, "closed"),
                        person=self.person(card, people),
                        labels=self.labels(card, labels),
                        story_points=estimate(card),
                        checklists=checklists.get(_text(card, "id"), ""),
                    )
                )
        if self.found:
            raise PlanError(self.source.problems(self.found))
        if not items:
            raise refusal(self.path, "is a board without a card")
        return Export(
            file=str(self.path),
            tool="trello",
            projects=(project,),
            items=tuple(items),
            left_out=self.left_out,
        )

    def wrong(self, n: int, said: str) -> None:
        self.found.append((("cards", n), said))

    def item(self, card: dict[str, Any], *, checklists: str, **known: Any) -> Item:
        badges = card.get("badges")
        if isinstance(badges, dict):
            self.left_out["comments"] += _number(cast("dict[str, Any]", badges), "comments")
        self.left_out["attachments"] += len(list(_maps(card, "attachments")))
        due = _text(card, "due")
        day = day_of(due)
        notes = {
            "key": f"#{known['key']}",
            "due": day.isoformat() if day else due,
            "checklists": checklists,
        }
        return Item(
            **known,
            description=_text(card, "desc").replace("\r\n", "\n"),
            done=_flag(card, "dueComplete"),
            notes={what: text for what, text in notes.items() if text},
            touched=self.touched(card),
        )

    def touched(self, card: dict[str, Any]) -> date | None:
        return day_of(_text(card, "dateLastActivity"))

    def people(self) -> dict[str, str]:
        members = list(_maps(self.tree, "members"))
        names = Counter(_text(member, "fullName") for member in members)
        people: dict[str, str] = {}
        for member in members:
            name, login = _text(member, "fullName").strip(), _text(member, "username")
            who = name if name and names[name] == 1 else f"{name} ({login})".strip()
            people[_text(member, "id")] = who
        return people

    def person(self, card: dict[str, Any], people: dict[str, str]) -> str:
        ids = [each for each in _texts(card, "idMembers") if each]
        self.left_out["further members of cards"] += max(0, len(ids) - 1)
        return people.get(ids[0], ids[0]) if ids else ""

    def labels(self, card: dict[str, Any], known: dict[str, str]) -> tuple[str, ...]:
        own = [_label(each) for each in _maps(card, "labels")]
        return tuple(
            dict.fromkeys(own or [known.get(each, each) for each in _texts(card, "idLabels")])
        )

    def checklists(self) -> dict[str, str]:
        """Return the checklists of each card as text."""
        texts: dict[str, list[str]] = {}
        for each in sorted(_maps(self.tree, "checklists"), key=_position):
            lines = [f"{_text(each, 'name').strip() or 'Checklist'}:"]
            for item in sorted(_maps(each, "checkItems"), key=_position):
                mark = "x" if _text(item, "state") == "complete" else " "
                lines.append(f"[{mark}] {_text(item, 'name')}")
            texts.setdefault(_text(each, "idCard"), []).append("\n".join(lines))
        return {card: "\n\n".join(parts) for card, parts in texts.items()}

    def estimates(self) -> Callable[[dict[str, Any]], str]:
        """Return what gives a card's estimate: a custom field with a usual name."""
        fields = [
            field
            for field in _maps(self.tree, "customFields")
            if _text(field, "name").strip().casefold() in _POINTS
        ]
        options = {
            _text(option, "id"): _text(option.get("value"), "text")
            for field in fields
            for option in _maps(field, "options")
        }
        known = {_text(field, "id") for field in fields}

        def estimate(card: dict[str, Any]) -> str:
            for item in _maps(card, "customFieldItems"):
                if _text(item, "idCustomField") not in known:
                    self.left_out["other custom fields"] += 1
                elif option := options.get(_text(item, "idValue")):
                    return points(option)
                else:
                    value = item.get("value")
                    return points(_text(value, "number") or _text(value, "text"))
            return ""

        return estimate


def _objects(cards: Sequence[Any], wrong: Callable[[int, str], None]) -> Iterator[dict[str, Any]]:
    for n, card in enumerate(cards):
        if isinstance(card, dict):
            yield cast("dict[str, Any]", card)
        else:
            wrong(n, "is no card")
            yield {"id": f"-{n}", "name": "?"}


def _maps(tree: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for each in _list(tree, name):
        if isinstance(each, dict):
            yield cast("dict[str, Any]", each)


def _texts(tree: dict[str, Any], name: str) -> Iterable[str]:
    return (each for each in _list(tree, name) if isinstance(each, str))


def _list(tree: dict[str, Any], name: str) -> Sequence[Any]:
    value = tree.get(name)
    return cast("Sequence[Any]", value) if isinstance(value, list) else ()


def _text(tree: Any, name: str) -> str:
    """Return a text or the spelling of a number; anything else counts as nothing."""
    value = cast("dict[str, Any]", tree).get(name) if isinstance(tree, dict) else None
    if isinstance(value, Plain):
        return value.text
    # JSON can hold halves of characters and zeros, which no portal takes.
    whole = (
        value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if (isinstance(value, str))
        else ""
    )
    return whole.replace("\0", "")


def _flag(tree: dict[str, Any], name: str) -> bool:
    return tree.get(name) is True


def _number(tree: dict[str, Any], name: str) -> int:
    value = tree.get(name)
    return int(value.value) if isinstance(value, Plain) and value.text.isdigit() else 0


def _position(tree: dict[str, Any]) -> float:
    value = tree.get("pos")
    return float(value.value) if isinstance(value, Plain) else 0.0


def _rank(card: dict[str, Any], lists: dict[str, dict[str, Any]]) -> tuple[float, float]:
    """Cards stand in the order of the board, which is not that of the file."""
    return _position(lists.get(_text(card, "idList"), {})), _position(card)


def _label(label: dict[str, Any]) -> str:
    return _text(label, "name").strip() or _text(label, "color") or "label"
