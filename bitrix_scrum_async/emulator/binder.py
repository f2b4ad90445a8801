"""How a controller takes its parameters and words its errors.

Parameters are bound in the order of declaration, so a method asks for them in that order. Names
are matched exactly, parameters nobody asks for are ignored.
"""

from typing import Any, NoReturn

import attrs

from .answers import RestError
from .values import is_numeric, to_int, to_map
from .visit import Visit

Params = dict[str, Any]
_SHOWN: dict[Any, str] = {None: "", True: "1", False: ""}


@attrs.frozen
class Binder:
    """The binder of one family of controllers.

    Args:
        string_codes: Codes 0 and 100 are answered as strings, as `tasks.task.*` does.
    """

    string_codes: bool = False

    def integer(self, visit: Visit, params: Params, name: str) -> int:
        """An `int` parameter: ints and numeric texts, cut to an int."""
        value = self._required(visit, params, name)
        if type(value) is int:
            return value
        if not is_numeric(value):
            self._refuse(visit, value, name, "int")
        return to_int(value)

    def array(self, visit: Visit, params: Params, name: str) -> dict[str, Any]:
        """An `array` parameter as a map."""
        value = self._required(visit, params, name)
        if not isinstance(value, (dict, list)):
            self._refuse(visit, value, name, "array")
        return to_map(value)

    def optional_array(self, visit: Visit, params: Params, name: str) -> dict[str, Any]:
        """An `array` parameter that is empty by default."""
        return self.array(visit, params, name) if name in params else {}

    def error(self, visit: Visit, text: str, code: int = 0) -> RestError:
        """An error of a controller with the code 0 or another number, in this family's form."""
        if visit.switches.binder_suffix:
            text += " (internal error)"
        strings = self.string_codes or visit.switches.error_codes == "strings"
        return RestError(str(code) if strings else code, text)

    def _required(self, visit: Visit, params: Params, name: str) -> Any:
        if name not in params:
            text = f"Could not find value for parameter {{{name}}}"
            raise self.error(visit, text, 100)
        return params[name]

    def _refuse(self, visit: Visit, value: Any, name: str, kind: str) -> NoReturn:
        if isinstance(value, (dict, list)):
            shown = "Array"
        elif value is None or isinstance(value, bool):
            shown = _SHOWN[value]
        else:
            shown = str(value)
        dot = "." if visit.switches.binder_dot else ""
        raise self.error(
            visit,
            f"Invalid value {{{shown}}} to match with parameter {{{name}}}."
            f" Should be value of type {kind}{dot}",
            100,
        )


SCRUM = Binder()
TASKS = Binder(string_codes=True)
