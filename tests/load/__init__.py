"""A load of many tasks against a portal where everything goes wrong: `nox -s load`."""
