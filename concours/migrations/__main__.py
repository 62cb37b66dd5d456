"""`python -m concours.migrations "what changes"` writes a revision from what the models say and migrations do not."""

import sys
import tempfile

from concours.migrations import propose, upgrade

if len(sys.argv) != 2:  # noqa: PLR2004 -- the program and its one argument
    sys.exit('usage: python -m concours.migrations "what changes"')
with tempfile.TemporaryDirectory() as folder:
    url = f"sqlite:///{folder}/proposal.db"
    upgrade(url)
    propose(url, sys.argv[1])
