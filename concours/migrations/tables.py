"""Every table of both sides: importing this module fills the one metadata."""

import importlib
import importlib.util

from concours.kernel.db import Base

_rooms = ["accounts", "editions", "intake", "registrations"]
if importlib.util.find_spec("concours.entries") and importlib.util.find_spec("concours.entries.models"):
    _rooms += ["entries", "honours", "organisers"]
for _room in _rooms:
    if importlib.util.find_spec(f"concours.{_room}") and importlib.util.find_spec(f"concours.{_room}.models"):
        importlib.import_module(f"concours.{_room}.models")
importlib.import_module("jury.models")

METADATA = Base.metadata
