"""Several processes that do the same thing at once."""

import subprocess
import sys

_FORKS = """
import os, sys, traceback
gate, key = os.pipe()
crowd = []
for _ in range(int(sys.argv[1])):
    crowd.append(os.fork())
    if crowd[-1] == 0:
        os.close(key)
        os.read(gate, 1)  # until the last key to the gate is gone
        try:
            work(*sys.argv[2:])
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
os.close(key)
sys.exit(sum(os.waitpid(process, 0)[1] != 0 for process in crowd))
"""


def run_at_once(program: str, *words: str, count: int, seconds: float = 120) -> None:
    """Run the program's `work(*words)` in `count` processes released at one moment; fail with what any complains of.

    They are forked from one fresh Python, which has loaded the program and opened nothing.
    """
    command = [sys.executable, "-c", program + _FORKS, str(count), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, f"{done.returncode} of {count} processes failed:\n{done.stderr}"
