"""The plan that comes with the package: the Scrum groups of a company that does not exist."""

from importlib.resources import as_file, files

from .plan import Plan


def load_demo_plan() -> Plan:
    """Load the bundled plan.

    Raises:
        PlanError: PyYAML is not installed.
    """
    with as_file(files("bitrix_scrum_async.importer") / "demo_plan.yaml") as path:
        return Plan.load(path)
