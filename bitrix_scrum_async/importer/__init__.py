"""Bulk import: a plan of Scrum groups into a portal, each record once."""

from .export import ExportError, Note, export, exportable
from .foresight import DryRun, FieldDifference, Foreseen, Verdict
from .journal import Journal, JournalError
from .plan import (
    Defaults,
    EpicPlan,
    GroupPlan,
    Plan,
    SprintPlan,
    StagePlan,
    TaskPlan,
)
from .problems import PlanError, Problem
from .progress import OnProgress, Progress
from .report import Fate, Missing, Report
from .run import Importer
from .verify import Difference, Verification, verify

__all__ = [
    "Defaults",
    "Difference",
    "DryRun",
    "EpicPlan",
    "ExportError",
    "Fate",
    "FieldDifference",
    "Foreseen",
    "GroupPlan",
    "Importer",
    "Journal",
    "JournalError",
    "Missing",
    "Note",
    "OnProgress",
    "Plan",
    "PlanError",
    "Problem",
    "Progress",
    "Report",
    "SprintPlan",
    "StagePlan",
    "TaskPlan",
    "Verdict",
    "Verification",
    "export",
    "exportable",
    "verify",
]
