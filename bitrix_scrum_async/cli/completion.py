"""`bitrix-scrum completion`: what a shell needs to complete commands and options."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options and files with the Tab key.

    Evaluate it where the shell begins: in ~/.bashrc, in ~/.zshrc after compinit, or in
    ~/.config/fish/config.fish. Bash has to be 4.4 or later.
    """
    root = context.find_root()
    name = root.info_name or ""
    variable = f"_{name.replace('-', '_').upper()}_COMPLETE"
    found = get_completion_class(shell)
    if found is None:  # no version of click that can be installed
        raise click.UsageError(f"this version of click knows nothing of {shell}")
    click.echo(found(root.command, {}, name, variable).source())
