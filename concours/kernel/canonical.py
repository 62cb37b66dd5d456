"""Facts as one text and no other: whoever digests the same facts finds the same digest, anywhere."""

import json
from typing import Any


def canonical_json(facts: Any) -> str:
    """Return JSON with sorted names, no space, characters as they are; not-a-number is refused with ValueError."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
