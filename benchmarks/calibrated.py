"""One calibration in one process, so that what it used is its own. Prints JSON."""

import json
import resource
import sys
import time
import warnings
from typing import Any

_SEED = 20_270_316


def main() -> None:
    """Calibrate the panel that the command line describes."""
    task, *sizes = sys.argv[1:]
    tasks = {"ours": _ours, "statsmodels": _statsmodels}
    sys.stdout.write(json.dumps(tasks[task](*map(int, sizes))))


def _panel(works: int, jurors: int, sheets: int) -> tuple[Any, Any, Any]:
    import numpy as np  # noqa: PLC0415 -- loading is timed apart

    random = np.random.default_rng(_SEED)
    seen = np.concatenate([random.choice(jurors, sheets, replace=False) for _ in range(works)])
    judged = np.repeat(np.arange(works), sheets)
    worth, severity = random.standard_normal(works), 0.7 * random.standard_normal(jurors)
    return judged, seen, 6 + worth[judged] + severity[seen] + 1.2 * random.standard_normal(len(seen))


def _ours(works: int, jurors: int, sheets: int) -> dict[str, Any]:
    start = time.process_time()
    from jury.calibration.chances import chances  # noqa: PLC0415 -- loading is timed apart
    from jury.calibration.design import make_design  # noqa: PLC0415 -- same reason
    from jury.calibration.predictions import Predictions  # noqa: PLC0415 -- same reason
    from jury.calibration.reml import fit  # noqa: PLC0415 -- same reason

    loaded = time.process_time()
    names = [str(each) for each in range(max(works, jurors))]
    panel = _panel(works, jurors, sheets)
    begun = time.process_time()
    predictions = Predictions(fit(make_design(*panel, names[:works], names[:jurors])))
    assert len(predictions.works) + len(predictions.half_widths) == 2 * works  # noqa: S101 -- calculated, not put off
    assert len(predictions.jurors) == jurors  # noqa: S101 -- same reason
    estimated = time.process_time()
    chances(predictions, top=5, seed=_SEED)
    return {
        "load_s": loaded - start,
        "estimates_s": estimated - begun,
        "chances_s": time.process_time() - estimated,
        "most_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _statsmodels(works: int, jurors: int, sheets: int) -> dict[str, Any]:
    warnings.simplefilter("ignore")
    import numpy as np  # noqa: PLC0415 -- loading is not timed
    import pandas as pd  # noqa: PLC0415 -- same reason
    import statsmodels.formula.api as smf  # noqa: PLC0415 -- same reason

    judged, seen, values = _panel(works, jurors, sheets)
    data = pd.DataFrame({"work": judged, "juror": seen, "y": values})
    begun = time.process_time()
    parts = {"juror": "0 + C(juror)", "work": "0 + C(work)"}
    smf.mixedlm("y ~ 1", data, groups=np.ones(len(data)), vc_formula=parts).fit(reml=True)
    return {"estimates_s": time.process_time() - begun}


if __name__ == "__main__":
    main()
