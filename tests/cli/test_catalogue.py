"""What the help says of commands, and what the commands are."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from bitrix_scrum_async.cli.catalogue import ENTRIES, SECTIONS, WITHIN, endings
from bitrix_scrum_async.cli.commands import cli

ROOT = click.Context(cli, info_name="bitrix-scrum")


def commands(
    group: click.Group = cli, context: click.Context = ROOT, path: str = ""
) -> Iterator[tuple[str, click.Command]]:
    """Every command by how it is typed."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, context, f"{path}{name} ")


COMMANDS = dict(commands())


def test_every_command_is_in_the_catalogue() -> None:
    assert COMMANDS.keys() == ENTRIES.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_examples_and_exit_codes(name: str) -> None:
    context = click.Context(COMMANDS[name], info_name=name, parent=ROOT, terminal_width=80)
    said = context.get_help()
    assert max(map(len, said.splitlines())) <= 80
    for example in ENTRIES[name].examples:
        assert example.partition("\n")[0] in said
    for code in endings(ENTRIES[name]):
        assert re.search(rf"^ +{code} +\S", said.partition("Exit codes:")[2], re.MULTILINE)


def test_the_first_help_shows_every_command_on_a_line_of_its_own() -> None:
    said = click.Context(cli, info_name="bitrix-scrum", terminal_width=80).get_help()
    for name, entry in ENTRIES.items():
        if " " not in name:
            assert re.search(rf"^  {name} +{re.escape(entry.what)}$", said, re.MULTILINE)


def test_the_first_help_does_not_hang_a_section_s_example_onto_its_last_command() -> None:
    said = click.Context(cli, info_name="bitrix-scrum", terminal_width=80).get_help()
    for section in SECTIONS:
        assert f"\n  For example: {section.example}\n" in said


def test_the_help_of_a_group_shows_its_commands_uncut() -> None:
    said = click.Context(COMMANDS["journal"], parent=ROOT, terminal_width=80).get_help()
    for entry in WITHIN:
        name = entry.name.split()[-1]
        assert re.search(rf"^  {name} +{re.escape(entry.what)}$", said, re.MULTILINE)


EXAMPLES = [(name, example) for name, entry in ENTRIES.items() for example in entry.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_can_be_typed(name: str, example: str) -> None:
    found = re.fullmatch(r'eval "\$\((.*)\)"|(.*?)( [|>] .*)?', example, re.DOTALL)
    assert found is not None
    program, *words = shlex.split((found[1] or found[2]).replace("\\\n", " "))
    assert program == "bitrix-scrum"
    assert words[: len(name.split())] == name.split()
    command: click.Command | None = cli
    while isinstance(command, click.Group):
        _, command, words = command.resolve_command(ROOT, words)
    assert command is not None
    command.make_context(name, words, parent=ROOT)


def test_every_command_that_prints_a_result_prints_it_as_json() -> None:
    without = {
        name
        for name, command in COMMANDS.items()
        if not isinstance(command, click.Group)
        and not any("--json" in parameter.opts for parameter in command.params)
    }
    assert without == {"completion"}
