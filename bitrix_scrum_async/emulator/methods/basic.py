"""Methods about the portal itself."""

from typing import Any

from ..answers import RestError
from ..binder import Params
from ..values import is_empty, iso_date, to_str
from ..visit import SCOPES, Visit
from .registry import METHODS, method

_PROTOCOL = ("batch",)  # answered by the protocol, not by the table of methods
_LICENSE = "en_pro100"


@method("server.time", None)
def server_time(visit: Visit, params: Params) -> Any:
    """The server's time, with the zone in which it reads and writes dates."""
    return iso_date(int(visit.now), visit.switches.utc_offset)


@method("scope", None)
def scope(visit: Visit, params: Params) -> Any:
    """What the credentials may use, or with `full` all there is."""
    return list(SCOPES) if not is_empty(params.get("full")) else sorted(visit.scopes)


@method("methods", None)
def methods(visit: Visit, params: Params) -> Any:
    """The names of the methods: of a scope, of all, or of those that may be used."""
    wanted = params.get("scope")
    if wanted is not None:
        scopes: set[str | None] = {to_str(wanted) or None}
    elif not is_empty(params.get("full")):
        scopes = {None, *SCOPES}
    else:
        scopes = {None, *visit.scopes}
    names = [one.name.lower() for one in METHODS.values() if one.scope in scopes]
    return [*(_PROTOCOL if None in scopes else ()), *names]


@method("method.get", None)
def method_get(visit: Visit, params: Params) -> Any:
    """Whether a method is there, and for these credentials."""
    name = to_str(params.get("name")).lower()
    found = METHODS.get(name)
    if found is None:
        return {"isExisting": name in _PROTOCOL, "isAvailable": name in _PROTOCOL}
    return {"isExisting": True, "isAvailable": found.scope is None or found.scope in visit.scopes}


@method("app.info", None)
def app_info(visit: Visit, params: Params) -> Any:
    """About the application; a webhook has none."""
    if visit.application is None:
        if visit.switches.app_info == "denied":
            raise RestError("ACCESS_DENIED", "Access denied! Application context required", 403)
        return {"SCOPE": sorted(visit.scopes), "LICENSE": _LICENSE}
    return {
        "ID": "1",
        "CODE": visit.application,
        "VERSION": "1",
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "en",
        "LICENSE": _LICENSE,
        "LICENSE_PREVIOUS": "",
        "LICENSE_TYPE": "pro100",
        "LICENSE_FAMILY": "pro",
    }
