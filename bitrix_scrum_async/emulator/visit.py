"""One call of a method: who calls, when, and what this PHP process remembers."""

import copy

import attrs

from .answers import LegacyError
from .rows import Entity
from .state import State
from .switches import Switches

SCOPES = ("task", "sonet_group", "socialnetwork", "user")


@attrs.define
class Caches:
    """What one PHP process keeps between the commands of a batch (switch ``batch_caches``)."""

    entities: dict[int, Entity] = attrs.field(factory=dict[int, Entity])
    stage_ids: dict[int, tuple[int, ...]] = attrs.field(factory=dict[int, tuple[int, ...]])
    new_groups: set[int] = attrs.field(factory=set[int])
    legacy_error: LegacyError | None = None


@attrs.define
class Visit:
    """The surroundings of one method call.

    Args:
        state: The portal's tables.
        switches: How this portal behaves.
        user_id: The user who calls.
        start: The paging offset, already cast to int, or ``None``.
        now: Unix seconds.
        caches: Shared by the commands of one batch; fresh for a direct call.
        scopes: What the credentials may use.
        application: The OAuth client id; ``None`` for a webhook.
    """

    state: State
    switches: Switches
    user_id: int
    start: int | None
    now: float
    caches: Caches = attrs.field(factory=Caches)
    scopes: frozenset[str] = frozenset(SCOPES)
    application: str | None = None

    def entity(self, entity_id: int) -> Entity | None:
        """A backlog or sprint as this process sees it: a copy, saved by `State.save_entity`.

        With the caches on, changes to the copy stay visible to later commands of the batch even
        when they were never saved.
        """
        if not self.switches.batch_caches:
            row = self.state.entities.get(entity_id)
            return None if row is None else copy.copy(row)
        cached = self.caches.entities.get(entity_id)
        if cached is None:
            row = self.state.entities.get(entity_id)
            if row is None:
                return None
            cached = self.caches.entities[entity_id] = copy.copy(row)
        return cached

    def stage_ids(self, sprint_id: int) -> tuple[int, ...]:
        """The stages of a sprint by sort, as this process sees them."""
        if not self.switches.batch_caches:
            return self.state.stage_ids(sprint_id)
        known = self.caches.stage_ids.get(sprint_id)
        if known is None:
            known = self.caches.stage_ids[sprint_id] = self.state.stage_ids(sprint_id)
        return known

    @property
    def is_admin(self) -> bool:
        """Whether the caller administers the portal."""
        user = self.state.users.get(self.user_id)
        return user is not None and user.admin

    def can_read(self, group_id: int) -> bool:
        """Whether the caller sees the tasks of a group; an unknown group fails the same way."""
        if group_id not in self.state.groups or group_id in self.caches.new_groups:
            return False
        return self.state.role(group_id, self.user_id) in ("A", "E", "K") or self.is_admin

    def can_manage(self, group_id: int) -> bool:
        """Whether the caller may start and complete sprints: owner, moderator, administrator."""
        return self.state.role(group_id, self.user_id) in ("A", "E") or self.is_admin
