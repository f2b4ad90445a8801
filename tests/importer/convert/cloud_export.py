"""Makes `cloud.csv`: an export of two teams as Jira Cloud writes it, with all that is hard in one.

Run `python -m tests.importer.convert.cloud_export` to write it anew. The teams do not exist.
"""

import csv
import io
import random
from datetime import datetime, timedelta
from pathlib import Path

FILE = Path(__file__).parent / "cloud.csv"

HEADER = (
    *("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Project key", "Project name"),
    *("Project type", "Project lead", "Project lead id", "Project description", "Priority"),
    *("Resolution", "Assignee", "Assignee Id", "Reporter", "Reporter Id", "Creator", "Creator Id"),
    *("Created", "Updated", "Last Viewed", "Resolved", "Due date", "Votes"),
    *("Labels", "Labels", "Labels", "Description", "Environment", "Watchers", "Watchers Id"),
    *("Log Work", "Original estimate", "Time Spent", "Security Level"),
    *("Inward issue link (Blocks)", "Outward issue link (Blocks)", "Attachment", "Attachment"),
    *("Custom field (Epic Name)", "Custom field (Rank)", "Sprint", "Sprint", "Sprint"),
    *("Custom field (Start date)", "Custom field (Story Points)"),
    *("Custom field (Story point estimate)", "Comment", "Comment", "Comment"),
    *("Parent", "Parent key", "Parent summary", "Status Category", "Status Category Changed"),
)
PEOPLE = (
    ("Anna Petrova", "712020:0aa1"),
    ("Борис Лебедев", "712020:0bb2"),
    ("李小龙", "712020:0cc3"),
    ("Zoë O'Neill, QA", "712020:0dd4"),
    ("محمد علي", "712020:0ee5"),
    ("dev@example.com", "712020:0ff6"),
    # Two people of one name.
    ("Anna Petrova", "712020:0aa7"),
)
TEAMS = {
    "SHOP": ("Web shop", 'Sells tents,\nboats and "things"', ("To Do", "In Progress", "Done")),
    "ЛК": (
        "Личный кабинет",
        "",
        ("К выполнению", "В работе", "Ревью кода", "Готово"),
    ),
}
CATEGORIES = {
    "To Do": "To Do",
    "Selected for Development": "To Do",
    "К выполнению": "To Do",
    "Done": "Done",
    "Won't do": "Done",
    "Готово": "Done",
}
VERBS = ("Show", "Hide", "Sort", "Filter", "Export", "Проверить", "Показать", "Сохранить", "显示")
THINGS = (
    *("the basket", "prices, with tax", 'the "new" badge', "заказы", "адрес доставки", "购物车"),
    *("🛒 on phones", "سلة التسوق", "tents; boats", "$result[0][id] in texts", "$total[x] of rows"),
    *(
        "A\tB",
        "= 1 + 1",
        "100 % & more",
        "<b>bold</b>",
        "C:\\new\\table",
        "👩‍💻 names",
        "é vs e\u0301",
    ),
)
PARAGRAPHS = (
    "As a customer\nI want to see what I pay\nso that I trust the shop.",
    'He said "it works", twice; she said ""no"".',
    "h2. Steps\r\n# Open the page\r\n# Click *Buy*\r\n\r\nExpected: an order.",
    "Зайти в кабинет, нажать «Сохранить».\nОжидание: данные сохранены.",
    "$result[c0][id] and $next[x] must stay as they are.",
    "{code:python}\nprint('a,b', \"c\")\n{code}",
    "结账时出现错误：\n1. 打开购物车\n2. 付款",
    "مرحبا بالعالم\u200f — right to left, then left.",
    "||Size||Price||\n|S|1,50|\n|M|2,50|",
    "👍🏽 emoji, \u202eodd\u202c marks, nbsp\xa0here",
)


def stamp(moment: datetime) -> str:
    """Return a date as Jira writes it in English."""
    return moment.strftime("%d/%b/%y %I:%M %p").replace(" 0", " ")


class Team:
    """One project and its three sprints: one is over, one runs, one is ahead."""

    def __init__(self, choice: random.Random, key: str, first_id: int) -> None:
        self.choice = choice
        self.key = key
        self.name, self.about, self.statuses = TEAMS[key]
        self.first_id = first_id
        self.rows: list[dict[str, list[str]]] = []
        self.sprints = [f"{key} Sprint {number}" for number in (8, 9, 10)]

    def issue(self, kind: str, title: str, status: str, **more: list[str]) -> dict[str, list[str]]:
        """Add an issue with what every issue has."""
        choice = self.choice
        number = len(self.rows) + 1
        created = datetime(2026, 2, 1) + timedelta(hours=7 * number, minutes=number)  # noqa: DTZ001
        updated = created + timedelta(days=choice.randrange(1, 40))
        category = CATEGORIES.get(status, "In Progress")
        done = category == "Done"
        person = choice.choice((*PEOPLE, ("", "")))
        reporter = choice.choice(PEOPLE)
        lead = PEOPLE[0] if self.key == "SHOP" else PEOPLE[1]
        row = {
            "Summary": [title],
            "Issue key": [f"{self.key}-{number}"],
            "Issue id": [str(self.first_id + number)],
            "Issue Type": [kind],
            "Status": [status],
            "Project key": [self.key],
            "Project name": [self.name],
            "Project type": ["software"],
            "Project lead": [lead[0]],
            "Project lead id": [lead[1]],
            "Project description": [self.about],
            "Priority": [choice.choice(("Medium", "Medium", "High", "Lowest"))],
            "Resolution": ["Done" if done else ""],
            "Assignee": [person[0]],
            "Assignee Id": [person[1]],
            "Reporter": [reporter[0]],
            "Reporter Id": [reporter[1]],
            "Creator": [reporter[0]],
            "Creator Id": [reporter[1]],
            "Created": [stamp(created)],
            "Updated": [stamp(updated)],
            "Resolved": [stamp(updated) if done else ""],
            "Due date": [stamp(updated) if choice.random() < 0.1 else ""],
            "Votes": ["0"],
            "Labels": choice.sample(
                ["ui", "api", "долг", "a-b", "✨"], choice.choice((0, 0, 1, 3))
            ),
            "Description": [self.text()],
            "Custom field (Rank)": [f"0|i{number:05}:"],
            "Comment": [
                f"{stamp(updated)};{reporter[1]};{self.text() or 'Thanks'}"
                for _ in range(choice.choice((0, 0, 0, 1, 3)))
            ],
            "Attachment": [f"{stamp(updated)};{reporter[1]};a, b.png;https://example.com/1"]
            * choice.choice((0, 0, 0, 0, 2)),
            "Outward issue link (Blocks)": [f"{self.key}-1" if choice.random() < 0.05 else ""],
            "Log Work": ["worked;3600" if choice.random() < 0.05 else ""],
            "Status Category": [category],
            "Status Category Changed": [stamp(updated)],
            **more,
        }
        self.rows.append(row)
        return row

    def text(self) -> str:
        """Return a description: of many paragraphs, of one, or none."""
        count = self.choice.choice((0, 1, 1, 2, 4))
        return "\n\n".join(self.choice.sample(PARAGRAPHS, count))

    def title(self) -> str:
        """Return what some issue is about."""
        return f"{self.choice.choice(VERBS)} {self.choice.choice(THINGS)}"

    def fill(self, count: int) -> None:
        """Make the team's issues."""
        choice = self.choice
        fresh, *busy, finished = self.statuses
        epics = [
            self.issue(
                "Epic",
                f"{self.title()} everywhere",
                busy[0],
                **{"Custom field (Epic Name)": [f"Epic {number}, {self.key}"]},
            )
            for number in range(1, 6)
        ]
        stories: list[dict[str, list[str]]] = []
        while len(self.rows) < count:
            if stories and choice.random() < 0.15:
                self.part_of(choice.choice(stories), choice.choice(self.statuses))
                continue
            # The sprint that is over left one issue in eight undone; half of those went on.
            place = choice.choice((0, 0, 1, 1, 2, None))
            status = {0: finished, 2: fresh, None: fresh}.get(place) or choice.choice(self.statuses)
            sprints = [] if place is None else [self.sprints[place]]
            if place == 0 and choice.random() < 0.125:
                status = busy[0]
                sprints += [self.sprints[1]] * choice.randrange(2)
            if self.key == "SHOP" and place is None and choice.random() < 0.2:
                status = choice.choice(("Won't do", "Selected for Development"))
            row = self.issue(
                choice.choice(("Story", "Story", "Bug", "Task")),
                self.title(),
                status,
                Sprint=sprints,
            )
            if choice.random() < 0.8:
                self.belong(row, choice.choice(epics))
            column = ("Story Points", "Story point estimate")[self.key == "SHOP"]
            size = choice.choice(("", "0.5", "1.0", "2.0", "3.0", "5.0", "13.0"))
            row[f"Custom field ({column})"] = [size]
            stories.append(row)

    def part_of(self, story: dict[str, list[str]], status: str) -> None:
        """Add a sub-task; where its story has a sprint, half of them name it too."""
        sprints = story["Sprint"] if self.choice.random() < 0.5 else []
        if story["Status Category"] == ["Done"]:
            status = self.statuses[-1]
        self.belong(self.issue("Sub-task", self.title(), status, Sprint=sprints), story)

    def belong(self, row: dict[str, list[str]], parent: dict[str, list[str]]) -> None:
        """Write down what an issue is a part of."""
        row["Parent"] = parent["Issue id"]
        row["Parent key"] = parent["Issue key"]
        row["Parent summary"] = parent["Summary"]


def make() -> str:
    """Return the export."""
    choice = random.Random(2026)
    shop, cabinet = Team(choice, "SHOP", 10_000), Team(choice, "ЛК", 20_000)
    shop.fill(180)
    cabinet.fill(120)
    # An epic of the other team, one that the export does not hold, and a title that is too long.
    one, two, three, *_ = (row for row in shop.rows if row["Issue Type"] == ["Story"])
    shop.belong(one, cabinet.rows[0])
    two |= {"Parent": ["1"], "Parent key": ["OLD-1"], "Parent summary": ["Старый эпик"]}
    three["Summary"] = ["Long " + "и длинно, " * 40]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for row in reversed(shop.rows + cabinet.rows):
        cells = {name: iter(values) for name, values in row.items()}
        writer.writerow([next(cells.get(name, iter(())), "") for name in HEADER])
    return file.getvalue()


if __name__ == "__main__":
    FILE.write_bytes(make().encode())
