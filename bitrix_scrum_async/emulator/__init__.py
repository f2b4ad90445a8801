"""The embedded portal: an emulator for demos, tests and first steps.

It is no Bitrix24, and it keeps nothing: all is in memory and gone when it stops.
"""

from bitrix_scrum_async.emulator.answers import RestError
from bitrix_scrum_async.emulator.clock import Clock, SystemClock, VirtualClock
from bitrix_scrum_async.emulator.emulator import Emulator, EmulatorError
from bitrix_scrum_async.emulator.faults import TRANSPORT_FAULTS, Fault, Injection
from bitrix_scrum_async.emulator.limits import Limits
from bitrix_scrum_async.emulator.oauth import OAuthGrant
from bitrix_scrum_async.emulator.record import Command, Request
from bitrix_scrum_async.emulator.switches import Switches
from bitrix_scrum_async.emulator.system_errors import SYSTEM_ERRORS

__all__ = [
    "SYSTEM_ERRORS",
    "TRANSPORT_FAULTS",
    "Clock",
    "Command",
    "Emulator",
    "EmulatorError",
    "Fault",
    "Injection",
    "Limits",
    "OAuthGrant",
    "Request",
    "RestError",
    "Switches",
    "SystemClock",
    "VirtualClock",
]
