#!/usr/bin/env python3
"""How long the reference converter takes for forms: one line of JSON for each file that is named.

Nothing is validated: that would start Java for each form.
"""

import json
import pathlib
import statistics
import sys
import time

from pyxform.xls2xform import convert

RUNS = 5

for file in sys.argv[1:]:
    convert(file, warnings=[], validate=False)
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        convert(file, warnings=[], validate=False)
        times.append((time.perf_counter() - began) * 1000)
    print(json.dumps({"what": f"convert {pathlib.Path(file).name}", "milliseconds": statistics.median(times)}))
