"""What somebody may get to see of an error."""

import traceback


def all_shown(error: BaseException) -> str:
    """Text, values and traceback of an error and of every error behind it."""
    seen: list[str] = []
    todo: list[BaseException | None] = [error]
    while todo:
        each = todo.pop()
        if each is not None:
            seen += [repr(each), repr(vars(each)), *traceback.format_exception(each)]
            todo += [each.__cause__, each.__context__]
    return "".join(seen)
