"""Count what goes wrong over the whole table: ``python tests/conformance/census.py``.

The argument, if given, is the beginning of the names to try, such as ``crmkit.clv``.
"""

# ruff: noqa: T201 - a command that prints its table
import os
import sys
import time
from collections import Counter
from dataclasses import fields
from pathlib import Path
from zlib import crc32

# Before scikit-learn is imported: threads that wait for each other take no call longer.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

from mutations import SCALARS
from trial import fault, fault_by_hand, mutations_for
from valid_calls import Call, callees, classes, valid_call, valid_value

LIMIT = float(os.environ.get("CRMKIT_CENSUS_SECONDS", "60"))
SHARE = int(os.environ.get("CRMKIT_CENSUS_SHARE", "1"))


def main(start: str) -> None:  # noqa: C901 - one walk over all names
    faults: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for name, callee in callees().items():
        if not name.startswith(start):
            continue
        call = valid_call(callee)
        if call is None:
            faults["callables without a valid call"] += 1
            print(f"{name}\t\tno valid call", flush=True)
            continue
        _one(name, call, tried, faults)
    for name, kind in classes().items():
        if not name.startswith(start):
            continue
        value = valid_value(kind)
        if value is None:
            faults["values without an example"] += 1
            print(f"{name}\t\tno valid value", flush=True)
            continue
        for each in fields(value):
            for what in SCALARS if each.init else ():
                if crc32(f"{name} {each.name} {what}".encode()) % SHARE:
                    continue
                tried["fields"] += 1
                if found := fault_by_hand(value, each.name, what):
                    faults["fields"] += 1
                    print(f"{name}\t{each.name}: {what}\t{found}", flush=True)
    print("TRIED", dict(tried))
    print("FAULTS", dict(faults))


def _one(name: str, call: Call, tried: Counter[str], faults: Counter[str]) -> None:
    began = time.process_time()
    print(name, file=sys.stderr, flush=True)
    tried["functions"] += 1
    for argument, mutation in mutations_for(call):
        if time.process_time() - began > LIMIT:
            print(f"{name}\t\tcut short", flush=True)
            break
        if crc32(f"{name} {argument} {mutation.what}".encode()) % SHARE:
            continue
        given = call.arguments[argument]
        frame = hasattr(given, "columns")
        kind = (
            "frames"
            if frame
            else "objects"
            if hasattr(given, "__dict__")
            else "scalars"
        )
        tried[kind] += 1
        if found := fault(call, argument, mutation):
            faults[kind] += 1
            print(f"{name}\t{argument}: {mutation.what}\t{found}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "crmkit")
