"""The reference of all public names, from their docstrings: `nox -s docs`.

    python docs/reference.py FOLDER

Needs pdoc. Whatever pdoc warns of ends it, and so does a public name without a docstring.
"""

import importlib
import inspect
import sys
import warnings
from pathlib import Path

import attrs
import pdoc

MODULES = (
    "bitrix_scrum_async",
    "bitrix_scrum_async.resources",
    "bitrix_scrum_async.errors",
    "bitrix_scrum_async.importer",
    "bitrix_scrum_async.emulator",
    "bitrix_scrum_async.testing",
    "bitrix_scrum_async.telemetry",
)

# What a reader looks for first. Errors come last: there are many.
FIRST = ("PortalSession", "Portal", "Call", "Ref", "Outcome", "Effect")


def order(name: str, value: object) -> tuple[bool, int]:
    """Where a public name stands on its page."""
    place = FIRST.index(name) if name in FIRST else len(FIRST)
    return inspect.isclass(value) and issubclass(value, Exception), place


def main(folder: Path) -> None:
    """Write the pages of all modules into a folder."""
    for name in MODULES:
        module = importlib.import_module(name)
        said = [*getattr(module, "__all__", ())]
        if said:
            said.sort(key=lambda public: order(public, getattr(module, public)))
            vars(module)["__all__"] = said
        for public in said:
            value = getattr(module, public)  # what is imported when it is asked for shall be there
            vars(module).setdefault(public, value)
            if inspect.isclass(value):
                if not inspect.getdoc(value):
                    sys.exit(f"{name}.{public} has no docstring")
                if attrs.has(value):
                    value.__init__.__doc__ = ""  # that attrs made it tells nobody anything
    pdoc.render.configure(docformat="google", show_source=False, search=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdoc.pdoc(*MODULES, output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
