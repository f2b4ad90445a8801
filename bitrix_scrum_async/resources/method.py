"""Methods of the portal: what all calls of one have in common, said once.

A call is built in one pass over its values: each plain one is checked and written as the text that
stands in a batch. That text is all that the call keeps; who asks for its parameters gets what is
read out of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from ..calls import NO_CLAIMS, UNSET, Call, Claims, Effect, Sender, Unset, build_call
from ..errors import InvalidCall
from ..php import NoQuery, write_query
from ..shape import Shape
from ..wire import is_list
from .arguments import Arguments
from .takes import Argument, parted

T = TypeVar("T")

_NOTHING: Final = object()


class Method(Generic[T]):
    """A method of the portal.

    Attributes:
        name: The portal's name.
        effect: What repeating a call does.
        shape: How a result is decoded.
        check: The checks of arguments that are not said here, such as filters.
    """

    def __init__(
        self,
        method: str,
        effect: Effect,
        shape: Shape[T],
        /,
        *,
        claims: Callable[[Any], Claims] | None = None,
        changes: str = "",
        period: tuple[str, str] | None = None,
        fixed: Mapping[str, str | Sequence[str]] | None = None,
        shared: Mapping[str, Argument] | None = None,
        **own: Argument,
    ) -> None:
        """Say what a method takes.

        Args:
            method: The portal's name.
            effect: What repeating a call does.
            shape: How a result is decoded.
            claims: Gives what a call does not share a batch with, by its first value.
            changes: Of an update, the arguments of which it needs one; for the message.
            period: Two date-times that come in this order.
            fixed: What goes with every call, by its place, such as ``params[select]``.
            shared: Arguments that it has in common with another method; they come last.
            own: What each argument takes and where it travels, in the order in which they travel.
        """
        arguments = {**own, **(shared or {})}
        self.name = method
        self.effect = effect
        self.shape = shape
        self.check = Arguments(method)
        self._names = names = [*arguments]
        self._claims = claims
        self._changes = changes
        self._fixed = fixed or {}
        self._period = (names.index(period[0]), names.index(period[1])) if period else None
        # For the one pass. What is required is never passed over.
        self._plain = tuple(
            (one.write, _NOTHING if one.required else UNSET) for one in arguments.values()
        )
        self._exact = tuple(
            (name, one.room, one.key, one.check, one.required) for name, one in arguments.items()
        )
        self._by_place = {one.place: one for one in arguments.values()}
        required = sum(one.required for one in arguments.values())
        self._fewest = required + 1 if changes else min(1, len(arguments))
        end = write_query(self._with_fixed({}))
        self._begin = f"{method}?" if arguments or end else method
        self._end = f"&{end}" if arguments and end else end

    def call(
        self,
        sender: Sender,
        values: tuple[Any, ...] = (),
        more: Mapping[str, Any] | Unset = UNSET,
    ) -> Call[T]:
        """Build a call.

        Args:
            sender: Who sends it.
            values: Of each argument, in the order in which they were said.
            more: Fields in the portal's own names, beside those of the arguments.

        Raises:
            InvalidCall: A value that the portal would not take, or would take for another.
        """
        if more is UNSET:
            pieces: list[str] = []
            try:
                # The closer look is as strict as it is slower.
                for (write, left_out), value in zip(self._plain, values):  # noqa: B905
                    if value is not left_out:
                        pieces.append(write(value))
            except (ValueError, TypeError, NoQuery):  # a TypeError of what has no hash
                pieces.clear()  # which makes them too few, so that a closer look follows
            if len(pieces) >= self._fewest and (
                self._period is None or _in_order(values, self._period)
            ):
                command = f"{self._begin}{'&'.join(pieces)}{self._end}"
                claims = NO_CLAIMS if self._claims is None else self._claims(values[0])
                return Call(self.name, self.effect, self.shape, sender, self, command, claims)
        params = self._closely(values, more)
        claims = NO_CLAIMS if self._claims is None else self._claims(values[0])
        return self.build(sender, params, claims)

    def build(
        self, sender: Sender, params: Mapping[str, Any], claims: Claims = NO_CLAIMS
    ) -> Call[T]:
        """Build a call with parameters that were checked, as those of a list are.

        Raises:
            InvalidCall: A value that cannot be sent.
        """
        return build_call(
            sender, self.name, params, effect=self.effect, shape=self.shape, claims=claims
        )

    def params(self, command: str) -> dict[str, Any]:
        """Read the parameters of a call, as they travel, out of what was written in the one pass.

        That text is kept instead of the values: it is one object, which the garbage collector does
        not look into, and it does not change when a caller changes a list.
        """
        params: dict[str, Any] = {}
        query = command.removeprefix(self._begin).removesuffix(self._end)
        for piece in query.split("&") if query else ():
            place, _, written = piece.partition("=")
            one = self._by_place.get(place)
            is_item = one is None
            if one is None:
                one = self._by_place[place[: place.rindex("[")]]
            fields = params.setdefault(one.room, {}) if one.room else params
            if is_item:
                fields.setdefault(one.key, []).append(one.read(written))
            else:
                fields[one.key] = [] if one.is_list else one.read(written)
        return self._with_fixed(params)

    def _closely(self, values: tuple[Any, ...], more: Mapping[str, Any] | Unset) -> dict[str, Any]:
        """Check every value by its argument's name, and give the parameters."""
        check = self.check
        if self._period is not None:
            names = self._names
            first, last = ((names[number], values[number]) for number in self._period)
            check.period(first, last)
        params: dict[str, Any] = {}
        fields = params  # where the last argument stands, and the caller's own fields
        given = 0
        for (name, room, key, checked, required), value in zip(self._exact, values, strict=True):
            fields = params.setdefault(room, {}) if room else params
            if required:
                fields[key] = checked(check, name, value)
            elif value is not UNSET:
                fields[key] = checked(check, name, value)
                given += 1
        if more is not UNSET:
            check.more_fields(fields, more)
            fields.update(more)
            given += len(more)
        if self._changes and not given:
            raise InvalidCall(
                f"an update without a field changes nothing; pass one of {self._changes}",
                method=self.name,
            )
        return self._with_fixed(params)

    def _with_fixed(self, params: dict[str, Any]) -> dict[str, Any]:
        for place, value in self._fixed.items():
            room, key = parted(place)
            fields = params.setdefault(room, {}) if room else params
            fields[key] = [*value] if is_list(value) else value
        return params


def _in_order(values: tuple[Any, ...], period: tuple[int, int]) -> bool:
    first, last = values[period[0]], values[period[1]]
    return first is UNSET or last is UNSET or first <= last
