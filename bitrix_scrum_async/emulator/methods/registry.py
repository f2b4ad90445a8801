"""The table of methods. Families add themselves to it."""

from collections.abc import Callable
from typing import Any

import attrs

from ..answers import LegacyError, RestError
from ..visit import Visit

Params = dict[str, Any]
Handler = Callable[[Visit, Params], Any]


@attrs.frozen
class Method:
    """One REST method: its documented name, the scope it needs, and what it does."""

    name: str
    scope: str | None
    handler: Handler


METHODS: dict[str, Method] = {}


def _with_stale_errors(handler: Handler) -> Handler:
    """With `batch_caches`, an error of the oldest layer takes the place of later errors."""

    def run(visit: Visit, params: Params) -> Any:
        try:
            return handler(visit, params)
        except RestError as error:
            if not visit.switches.batch_caches:
                raise
            stale = visit.caches.legacy_error
            if isinstance(error, LegacyError):
                visit.caches.legacy_error = error
            elif stale is not None:
                raise LegacyError(stale.code, stale.description) from error
            raise

    return run


def method(name: str, scope: str | None) -> Callable[[Handler], Handler]:
    """Put a handler into the table under the method's documented name."""

    def add(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, scope, _with_stale_errors(handler))
        return handler

    return add
