"""Bulk import: a plan of Scrum groups into a portal, each record once."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand

if TYPE_CHECKING:
    from .exporter import ExportError, Note, export, exportable
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
    from .verifying import Difference, Verification, verify

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

# A command that looks at a portal needs the progress of work, and nothing else of an import.
if not TYPE_CHECKING:
    # No module may be called as a name is: whoever imports it would hide the name.
    _NAMES = {
        "exporter": "ExportError Note export exportable",
        "foresight": "DryRun FieldDifference Foreseen Verdict",
        "journal": "Journal JournalError",
        "plan": "Defaults EpicPlan GroupPlan Plan SprintPlan StagePlan TaskPlan",
        "problems": "PlanError Problem",
        "progress": "OnProgress Progress",
        "report": "Fate Missing Report",
        "run": "Importer",
        "verifying": "Difference Verification verify",
    }
    _ROOMS = {name: room for room, names in _NAMES.items() for name in names.split()}
    __getattr__ = on_demand(__name__, _ROOMS)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
