"""Where portals differ or the documents contradict each other, a test may choose."""

from collections.abc import Callable
from typing import Any, Literal, get_args

import attrs
from attrs.validators import ge, in_, instance_of, matches_re, optional

SystemStatuses = Literal["new", "old", "sdk"]
ErrorCodes = Literal["mixed", "strings"]
KanbanErrors = Literal["false", "error"]
ListErrors = Literal["empty", "error"]
StageNumbers = Literal["strings", "ints"]
TimeNumbers = Literal["ints", "floats", "no-operating"]
NestedBatch = Literal["refused", "executed"]
PartialMacro = Literal["unchanged", "removed", "Array", "crash"]
AppInfo = Literal["reduced", "denied"]
TaskStageId = Literal["moved", "card", "none"]
StagelessHistory = Literal["defaults", "fails"]
Repeated = Literal["refused", "accepted"]


def _one_of(words: Any) -> "Callable[[Any, attrs.Attribute[Any], Any], Any]":
    return in_(get_args(words))


_yes_or_no = instance_of(bool)
_some_or_unbounded: Any = optional(ge(1))


@attrs.frozen(kw_only=True)
class Switches:
    """How the portal behaves where that is not the same everywhere.

    Args:
        error_codes: ``mixed`` answers int codes ``0`` and ``100`` for scrum methods and strings
            for ``tasks.task.*``; ``strings`` answers strings everywhere.
        kanban_errors: The four kanban methods that answer a bool say ``false`` or an error 400.
        list_errors: A list with an unknown name is empty, or an error ``Could not load list``.
        stage_numbers: Numbers of ``kanban.getStages`` as strings or ints.
        binder_dot: The texts about a wrong type end with a dot.
        binder_suffix: Texts of codes 0 and 100 end with `` (internal error)``.
        time_numbers: ``start`` and ``processing`` as ints, as floats, or no operating fields.
        nested_batch: A batch inside a batch is refused or executed.
        partial_macro: What a reference inside a longer text does when it finds no scalar.
        max_input_vars: How many variables PHP reads from one query; ``None`` for no bound.
        max_commands: How many commands of a batch run; each further one is answered
            ``ERROR_BATCH_LENGTH_EXCEEDED``.
        max_body_bytes: A longer body is answered 413 with HTML; ``None`` for no bound.
        macro_error_names: After a command has failed, the names of its error's members work as
            macros too.
        require_https: Webhooks over http are answered ``INVALID_REQUEST``.
        system_statuses: HTTP statuses of the system errors: of the newest documents, of the old
            ones, or as the vendor's Python SDK expects them.
        invalid_client_status: What the token endpoint answers to a wrong application.
        batch_caches: Entities and stages read once stay as they were read for the rest of a batch.
        token_seconds: How long an access token lives.
        utc_offset: The zone of the server's clock.
        store_xml_id: Whether ``XML_ID`` of a task is stored.
        task_stage_id: What ``stageId`` of a task tells: ``moved`` the stage into which the portal
            itself put the card last (a start, a completion), which ``kanban.addTask`` does not
            touch, as the server's public code reads; ``card`` the stage of its card in its
            sprint; ``none`` nothing.
        start_empty_sprint: ``sprint.start`` works for a sprint without uncompleted tasks.
        stageless_history: ``sprint.start`` when the group's last completed sprint has no stages to
            copy, as one added by ``sprint.add``: the defaults are made, or it fails, as old
            versions of the server do.
        complete_fails: ``sprint.complete`` changes nothing and answers ``null``.
        repeated_complete: Completing a completed task, or renewing an open one, is refused or
            accepted.
        app_info: ``app.info`` for a webhook answers a little, or ``ACCESS_DENIED``.
    """

    error_codes: ErrorCodes = attrs.field(default="mixed", validator=_one_of(ErrorCodes))
    kanban_errors: KanbanErrors = attrs.field(default="false", validator=_one_of(KanbanErrors))
    list_errors: ListErrors = attrs.field(default="empty", validator=_one_of(ListErrors))
    stage_numbers: StageNumbers = attrs.field(default="strings", validator=_one_of(StageNumbers))
    binder_dot: bool = attrs.field(default=True, validator=_yes_or_no)
    binder_suffix: bool = attrs.field(default=False, validator=_yes_or_no)
    time_numbers: TimeNumbers = attrs.field(default="ints", validator=_one_of(TimeNumbers))
    nested_batch: NestedBatch = attrs.field(default="refused", validator=_one_of(NestedBatch))
    partial_macro: PartialMacro = attrs.field(default="unchanged", validator=_one_of(PartialMacro))
    max_input_vars: int | None = attrs.field(default=1000, validator=_some_or_unbounded)
    max_commands: int = attrs.field(default=50, validator=ge(1))
    max_body_bytes: int | None = attrs.field(default=None, validator=_some_or_unbounded)
    macro_error_names: bool = attrs.field(default=False, validator=_yes_or_no)
    require_https: bool = attrs.field(default=False, validator=_yes_or_no)
    system_statuses: SystemStatuses = attrs.field(default="new", validator=_one_of(SystemStatuses))
    invalid_client_status: int = attrs.field(default=400, validator=in_((400, 401)))
    batch_caches: bool = attrs.field(default=False, validator=_yes_or_no)
    token_seconds: int = attrs.field(default=3600, validator=ge(0))
    utc_offset: str = attrs.field(default="+03:00", validator=matches_re(r"[+-]\d\d:\d\d"))
    store_xml_id: bool = attrs.field(default=True, validator=_yes_or_no)
    task_stage_id: TaskStageId = attrs.field(default="moved", validator=_one_of(TaskStageId))
    start_empty_sprint: bool = attrs.field(default=False, validator=_yes_or_no)
    stageless_history: StagelessHistory = attrs.field(
        default="defaults", validator=_one_of(StagelessHistory)
    )
    complete_fails: bool = attrs.field(default=False, validator=_yes_or_no)
    repeated_complete: Repeated = attrs.field(default="refused", validator=_one_of(Repeated))
    app_info: AppInfo = attrs.field(default="reduced", validator=_one_of(AppInfo))
