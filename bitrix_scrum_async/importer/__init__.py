"""Bulk import: a plan of Scrum groups into a portal, each record once."""

from bitrix_scrum_async.importer.plan import (
    Defaults,
    EpicPlan,
    GroupPlan,
    Plan,
    SprintPlan,
    StagePlan,
    TaskPlan,
)
from bitrix_scrum_async.importer.problems import PlanError, Problem

__all__ = [
    "Defaults",
    "EpicPlan",
    "GroupPlan",
    "Plan",
    "PlanError",
    "Problem",
    "SprintPlan",
    "StagePlan",
    "TaskPlan",
]
