"""The method `batch`: up to 50 commands one after the other in one request.

Every map of the answer is a PHP array, so it shows as a list, a map or `[]` as its keys fall.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

import attrs

from .answers import RestError
from .macros import NAMES, MacroTypeError, compile_names, substitute
from .php import parse_command, php_array
from .record import Command
from .switches import Switches
from .system_errors import system_error

REFUSED = frozenset({"upload", "download"})  # compared exactly: `Upload` is another, unknown method


@attrs.frozen
class Answer:
    """What one command, or one direct call, is answered with."""

    result: Any
    time: dict[str, Any]
    total: int | None = None
    next: int | None = None


RunCommand = Callable[[Command], Awaitable[Answer]]


class BatchCrash(Exception):
    """The PHP process died in the middle of a batch; what had run stays done."""


def read_commands(params: Mapping[str, Any], max_input_vars: int | None) -> tuple[Command, ...]:
    """The commands of a batch request in their order."""
    commands = _parameter(params, "cmd")
    if isinstance(commands, list):
        keyed = {str(place): text for place, text in enumerate(cast("Sequence[Any]", commands))}
    elif isinstance(commands, dict):
        keyed = cast("dict[str, Any]", commands)
    else:
        return ()
    return tuple(_read_command(key, text, max_input_vars) for key, text in keyed.items())


def _read_command(key: str, text: Any, max_input_vars: int | None) -> Command:
    if not isinstance(text, str):
        return Command(key=key, text=None, method="", params={})
    method, params = parse_command(text, max_input_vars=max_input_vars)
    return Command(key=key, text=text, method=method, params=cast("dict[str, Any]", params))


def _parameter(params: Mapping[str, Any], name: str) -> Any:
    """A parameter of `batch` itself; alone among all methods it does not mind the case."""
    for key, value in params.items():
        if key.lower() == name:
            return value
    return None


def halts(params: Mapping[str, Any]) -> bool:
    """PHP's truth of `halt`: `"0"` is false, but `"false"` and `"N"` are true."""
    value = _parameter(params, "halt")
    return bool(value) and value != "0"


async def run_batch(
    commands: tuple[Command, ...], *, halt: bool, switches: Switches, run: RunCommand
) -> dict[str, Any]:
    """Run the commands of one batch.

    Args:
        commands: From `read_commands`; what becomes of them is noted there.
        halt: Stop after the first error.
        switches: The limits of PHP and of the batch.
        run: Executes one command, or raises its `RestError`.

    Returns:
        The `result` of the batch answer.

    Raises:
        BatchCrash: PHP 8 met an array in the middle of a text.
    """
    results: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    totals: dict[str, Any] = {}
    nexts: dict[str, Any] = {}
    times: dict[str, Any] = {}
    sources: dict[str, Any] = {
        "result": results,
        "next": nexts,
        "total": totals,
        "time": times,
        "error": errors,
    }
    names = compile_names(NAMES)
    for count, command in enumerate(commands):
        try:
            if count >= switches.max_commands:
                raise system_error("ERROR_BATCH_LENGTH_EXCEEDED")
            if command.text is None:
                continue
            if _is_refused(command.method, switches):
                raise system_error("ERROR_BATCH_METHOD_NOT_ALLOWED")
            if "$" in command.text or "%24" in command.text:
                command.params = substitute(
                    command.params, sources, partial=switches.partial_macro, names=names
                )
            answer = await run(command)
        except MacroTypeError:
            raise BatchCrash from None
        except RestError as error:
            command.error = error.code
            errors[command.key] = member = error_body(error)
            if switches.macro_error_names:
                sources |= {name: value for name, value in member.items() if name not in sources}
                names = compile_names(tuple(sources))
            if halt:
                break
        else:
            results[command.key] = answer.result
            times[command.key] = answer.time
            if answer.total is not None:
                totals[command.key] = answer.total
            if answer.next is not None:
                nexts[command.key] = answer.next
    return {
        "result": php_array(results),
        "result_error": php_array(errors),
        "result_total": php_array(totals),
        "result_next": php_array(nexts),
        "result_time": php_array(times),
    }


def _is_refused(method: str, switches: Switches) -> bool:
    return method in REFUSED or (method.lower() == "batch" and switches.nested_batch == "refused")


def error_body(error: RestError) -> dict[str, Any]:
    """The members of an error answer."""
    return {"error": error.code, "error_description": error.description, **error.extras}
