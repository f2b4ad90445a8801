"""The command that prints the JSON Schema of a plan."""

import click

from ..importer.schema import plan_schema_text


@click.command()
@click.option("--json", is_flag=True, expose_value=False, help="As it is printed anyway.")
def schema() -> None:
    """Print the JSON Schema of a plan, for editors and for programs that write plans."""
    click.echo(plan_schema_text(), nl=False)
