"""The embedded portal: an emulator for demos, tests and first steps.

It is no Bitrix24, and it keeps nothing: all is in memory and gone when it stops.
"""

from .answers import RestError
from .clock import Clock, SystemClock, VirtualClock
from .emulator import Emulator, EmulatorError
from .faults import TRANSPORT_FAULTS, Fault, Injection
from .limits import Limits
from .oauth import OAuthGrant
from .record import Command, Request
from .switches import Switches
from .system_errors import SYSTEM_ERRORS

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
