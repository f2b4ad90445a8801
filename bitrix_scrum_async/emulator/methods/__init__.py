"""The portal's methods as plain functions: parameters in, PHP-shaped JSON out."""

from bitrix_scrum_async.emulator.methods.registry import METHODS, Method

__all__ = ["METHODS", "Method"]
