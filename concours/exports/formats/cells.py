"""What the two kinds of workbook share: texts that XML and spreadsheets can hold, instants on a Paris clock."""

import re
from datetime import datetime

from concours.kernel.clock import to_paris

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold, even escaped."""

_MOST = 32_767
"""Characters in a cell, in Excel."""

_CUT = " […] (suite dans l'export JSON)"


def held(text: str) -> str:
    """Return a text as a cell holds it: what XML forbids shown as a gap, no longer than a cell."""
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    # Excel counts in UTF-16, where an emoji is two.
    if len(text) * 2 > _MOST and len(text.encode("utf-16-le")) // 2 > _MOST:
        text = text.encode("utf-16-le")[: 2 * (_MOST - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
    return text


def local(instant: datetime) -> datetime:
    """Return what a Paris clock shows at an instant, to the second: cells know no time zone, their heading says it."""
    return to_paris(instant).replace(tzinfo=None, microsecond=0)
