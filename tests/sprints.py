"""A sprint to add, for tests that need something to send."""

import datetime as dt

from bitrix_scrum_async import Call, Portal, Sprint

START = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
END = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)


def sprint(portal: Portal, name: str | int = "Sprint 1", group: int = 1) -> Call[Sprint]:
    """Add a sprint to a group; a number becomes its name."""
    return portal.sprints.add(
        group_id=group,
        name=name if isinstance(name, str) else f"Sprint {name}",
        created_by=1,
        date_start=START,
        date_end=END,
    )
