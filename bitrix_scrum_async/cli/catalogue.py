"""What commands there are, said in words: all that the help shows, with nothing to import for it.

A command's own room is imported when it is run, or when its own help is asked for.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

USAGE: Final = 2
INTERRUPTED: Final = 130


class Entry(NamedTuple):
    """A command of `bitrix-scrum`.

    Attributes:
        name: As it is typed; ``"journal show"`` for one within another.
        room: Its module, and the command in it.
        what: What it does, on one line of the list.
        examples: Command lines to begin with.
        endings: Its exit codes besides those that all commands share.
    """

    name: str
    room: str
    what: str
    examples: tuple[str, ...]
    endings: Mapping[int, str]


class Section(NamedTuple):
    """Commands that belong together.

    Attributes:
        title: What they are for.
        example: A command line to show what they look like.
        entries: The commands.
    """

    title: str
    example: str
    entries: tuple[Entry, ...]


SHARED: Final[Mapping[int, str]] = {
    0: "All is as it was asked for.",
    1: "A part of it is not, or is not known to be; what was said tells which.",
    USAGE: "Nothing was done: an option, a file, the webhook or the portal does not let it.",
    INTERRUPTED: "Interrupted by Ctrl-C.",
}
"""What exit codes mean, whatever the command."""

SECTIONS: Final = (
    Section(
        "First steps",
        "bitrix-scrum whoami",
        (
            Entry(
                "whoami",
                "whoami:whoami",
                "Check the webhook: who it is, what it may do, what is missing.",
                ("bitrix-scrum whoami", "bitrix-scrum whoami --for reading --json"),
                {
                    0: "The webhook may do what it is wanted for.",
                    1: "It works, and something is missing; the last lines say what.",
                },
            ),
            Entry(
                "demo",
                "importing:demo",
                "Import a plan into an emulated portal. Needs no portal.",
                ("bitrix-scrum demo",),
                {0: "All of it is there, read back.", 1: "Something differs."},
            ),
            Entry(
                "emulator",
                "emulating:emulator",
                "Run an emulated portal on this machine, to try all this out.",
                ("bitrix-scrum emulator", "bitrix-scrum emulator --port 0 --limits off --json"),
                {0: "It was ended with Ctrl-C."},
            ),
        ),
    ),
    Section(
        "Look into a portal",
        "bitrix-scrum sprints 125 --points",
        (
            Entry(
                "groups",
                "groups:groups",
                "List the Scrum groups, each with its active sprint.",
                ("bitrix-scrum groups", "bitrix-scrum groups --json"),
                {},
            ),
            Entry(
                "sprints",
                "sprints:sprints",
                "List the sprints of a group, with story points on request.",
                ("bitrix-scrum sprints 125", "bitrix-scrum sprints 125 --points"),
                {},
            ),
            Entry(
                "call",
                "calling:call",
                "Call any method of the portal and print its answer as JSON.",
                (
                    "bitrix-scrum call server.time --read",
                    "bitrix-scrum call tasks.api.scrum.sprint.get --param id=2 --read",
                    """bitrix-scrum call tasks.api.scrum.epic.update --param id=4 \\
    --param 'fields[name]=Sign-in'""",
                    """bitrix-scrum call tasks.api.scrum.sprint.list --read \\
    --params '{"filter": {"GROUP_ID": 125}, "order": {"ID": "asc"}}'""",
                ),
                {
                    1: "No answer came, and the call may have been executed: look before you "
                    "repeat it.",
                    2: "It was not executed, or the portal answered with an error.",
                },
            ),
        ),
    ),
    Section(
        "Move groups",
        "bitrix-scrum import plan.yaml --dry-run",
        (
            Entry(
                "convert",
                "convert:convert_command",
                "Make a plan of an export of Jira or Trello.",
                ("bitrix-scrum convert issues.csv -o plan.yaml",),
                {},
            ),
            Entry(
                "import",
                "importing:import_command",
                "Create in the portal what a plan says, and is not there yet.",
                (
                    "bitrix-scrum import plan.yaml --dry-run",
                    "bitrix-scrum import plan.yaml --verify --report report.csv",
                ),
                {
                    0: "All of the plan is in the portal; with --dry-run: would get there.",
                    1: "A part of it is missing, not known to be there, or not as planned; the "
                    "report says which. Run it again to go on.",
                    INTERRUPTED: "Interrupted. Run it again to go on.",
                },
            ),
            Entry(
                "verify",
                "verifying:verify_command",
                "Read back what an import made, and compare it with the plan.",
                ("bitrix-scrum verify plan.yaml --csv differences.csv",),
                {0: "The portal is as planned.", 1: "Something differs."},
            ),
            Entry(
                "export",
                "exporting:export_command",
                "Write groups of the portal down as a plan.",
                (
                    "bitrix-scrum export --group 125 -o plan.yaml",
                    "bitrix-scrum export --all --users email -o plan.jsonl",
                ),
                {},
            ),
            Entry(
                "schema",
                "schema:schema",
                "Print the JSON Schema of a plan.",
                ("bitrix-scrum schema > plan.schema.json",),
                {},
            ),
            Entry(
                "journal",
                "journal:journal",
                "Look into the journals of imports, or make one of two.",
                ("bitrix-scrum journal show plan.journal.sqlite",),
                {},
            ),
        ),
    ),
    Section(
        "For the shell",
        'eval "$(bitrix-scrum completion bash)"',
        (
            Entry(
                "completion",
                "completion:completion",
                "Print what completes commands and options with the Tab key.",
                (
                    'eval "$(bitrix-scrum completion bash)"',
                    'eval "$(bitrix-scrum completion zsh)"',
                    "bitrix-scrum completion fish | source",
                ),
                {},
            ),
        ),
    ),
)

WITHIN: Final = (
    Entry(
        "journal show",
        "",
        "Show what a journal knows.",
        (
            "bitrix-scrum journal show plan.journal.sqlite",
            "bitrix-scrum journal show plan.journal.sqlite --json",
        ),
        {},
    ),
    Entry(
        "journal merge",
        "",
        "Make one journal of two.",
        ("bitrix-scrum journal merge a.sqlite b.sqlite -o both.sqlite",),
        {},
    ),
)
"""Commands within commands."""

ENTRIES: Final[Mapping[str, Entry]] = {
    entry.name: entry for entry in (*(e for s in SECTIONS for e in s.entries), *WITHIN)
}


def endings(entry: Entry | None) -> dict[int, str]:
    """Return what the exit codes of a command mean, in order; of all commands for ``None``."""
    own = SHARED if entry is None else entry.endings
    found = {code: own.get(code, said) for code, said in SHARED.items()}
    if entry is not None and 1 not in entry.endings:
        # Commands that do one thing do it or do not.
        found[1] = "The result cannot be written."
    return found
