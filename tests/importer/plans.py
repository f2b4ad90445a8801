"""Plans that the importer's tests share."""

import json
import tempfile
from pathlib import Path
from typing import Any

from bitrix_scrum_async.importer import Plan

START = "2026-11-02T09:00:00+03:00"
MIDDLE = "2026-11-16T09:00:00+03:00"
END = "2026-11-30T09:00:00+03:00"


def sprint(key: str, status: str, **more: Any) -> dict[str, Any]:
    """Return a sprint of two weeks."""
    return {
        "key": key,
        "name": f"Sprint {key}",
        "start": START,
        "end": MIDDLE,
        "status": status,
        **more,
    }


def group(key: str = "shop", **more: Any) -> dict[str, Any]:
    """Return a small group with all that a plan can hold."""
    return {
        "key": key,
        "name": f"The {key}",
        "description": "Sells things",
        "scrum_master": 1,
        "members": [2, 3],
        "epics": [
            {"key": "pay", "name": "Payment", "description": "Money in", "color": "#69dafc"},
            {"key": "find", "name": "Search"},
        ],
        "sprints": [
            sprint("s1", "completed"),
            sprint(
                "s2",
                "active",
                stages=[
                    {"name": "To do", "type": "NEW", "color": "00C4FB"},
                    {"name": "Review"},
                    {"name": "Shipped", "type": "FINISH"},
                ],
            ),
            sprint("s3", "planned"),
        ],
        "tasks": [
            {"key": "T-1", "title": "Pay by card", "epic": "pay", "sprint": "s1", "done": True},
            {
                "key": "T-2",
                "title": "Refund 100 % & more",
                "description": "Line one\nA+B = $result[c0][id] and €",
                "responsible": 2,
                "epic": "pay",
                "sprint": "s2",
                "stage": "Review",
                "story_points": "XL",
            },
            {"key": "T-3", "title": "Search by colour", "sprint": "s2", "done": True},
            {"key": "T-4", "title": "Search by size", "epic": "find", "sprint": "s2"},
            {"key": "T-5", "title": "Gift cards", "sprint": "s3", "story_points": "3"},
            {"key": "T-6", "title": "Wish lists", "epic": "find", "story_points": "0.5"},
        ],
        **more,
    }


def plan(*groups: dict[str, Any]) -> dict[str, Any]:
    """Return a plan of some groups, of one when none is given."""
    return {
        "version": 1,
        "defaults": {"created_by": 1, "responsible": 1},
        "groups": list(groups or (group(),)),
    }


def load(*groups: dict[str, Any], **more: Any) -> Plan:
    """Return a plan of some groups as it is loaded from a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan(*groups) | more), encoding="utf-8")
        return Plan.load(file)
