"""Users: ``user.*``."""

from collections.abc import Mapping
from typing import Any

import attrs

from ..calls import UNSET, BatchSender, Call, Effect
from ..decoding import ListShape, RecordShape
from ..records import User
from .filters import USERS, Filter, Order
from .method import Method
from .rows import Rows

_CURRENT = Method("user.current", Effect.READ, RecordShape(User))
_LIST = Method("user.get", Effect.READ, ListShape(User))


@attrs.frozen
class Users:
    """The users of a portal."""

    _sender: BatchSender

    def current(self) -> Call[User]:
        """Get the user on whose behalf the session calls: ``user.current``.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        return _CURRENT.call(self._sender)

    def list(
        self, filter: Filter = UNSET, *, order: Order = UNSET, start: int = 0
    ) -> Call[list[User]]:
        """Get a page of up to 50 users: ``user.get``. An id that nobody has is just not there.

        Args:
            filter: Such as ``{"EMAIL": "ada@example.com"}`` or ``{"ID": [1, 2]}``.
            order: One name, such as ``{"LAST_NAME": "asc"}``; by id where it is not given.
            start: 0, 50, 100, ...

        Raises:
            InvalidCall: A name that the method does not know, a value that its column cannot
                have, an empty list, a start between pages, an order by several names.

        Sending raises only what any call may: `PortalError`, `TransportError`, `DecodeError`.
        """
        check = _LIST.check
        page = USERS.page(check, filter, order, start)
        by = page.pop("order")
        if len(by) > 1:
            raise check.refusal("order", order, "has several names; this method orders by one")
        ((column, direction),) = by.items()
        params = {"sort": column, "order": direction.upper()}
        if "filter" in page:
            params["FILTER"] = page.pop("filter")
        return _LIST.build(self._sender, {**params, **page})

    def all(self, filter: Filter = UNSET) -> Rows[User]:
        """Read every user, by ascending id: ``user.get``.

        Args:
            filter: As for `list`.

        Returns:
            An async iterator, exact while rows come and go. `Rows.aclose` ends it early.

        Raises:
            InvalidCall: As for `list`.

        Reading raises what sending a page raises; the next row that is wanted asks for it again.
        """
        check = _LIST.check
        conditions = USERS.filter(check, filter)

        def page(conditions: Mapping[str, Any]) -> Call[list[User]]:
            params = {"sort": "ID", "order": "ASC", "FILTER": conditions}
            return _LIST.build(self._sender, params)

        return Rows(self._sender, page, [conditions], USERS.floor(check, conditions))
