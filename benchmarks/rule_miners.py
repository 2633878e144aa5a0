"""Pairs of products by the miners of others and by crmkit, under a limit of memory.

python benchmarks/rule_miners.py [MINER ...]

A million baskets of 5,000 products with a long tail, pairs that 50 baskets hold. Each
miner runs in a process of its own, which may take 2 GB of address space beyond the
arrays that it is given, and 300 CPU seconds. Both include the form that the miner reads
(lists of baskets, or a table of all items), because the user has to make it. The miners
are no dependency of these benchmarks:

    pip install mlxtend efficient-apriori pyfim PAMI crmkit
"""

import contextlib
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

BASKETS = 1_000_000
PRODUCTS = 5_000
LEAST = 50
SPACE = 2 * 1024**3
SECONDS = 300
Lines = tuple[np.ndarray, np.ndarray]


def receipts(n: int) -> Lines:
    """Draw baskets of about ten lines, in the order of the baskets."""
    rng = np.random.default_rng(2)
    size = rng.poisson(9, n) + 1
    chance = 1 / np.arange(1, PRODUCTS + 1) ** 0.9
    product = rng.choice(PRODUCTS, int(size.sum()), p=chance / chance.sum())
    return np.repeat(np.arange(n), size), product


def baskets(lines: Lines) -> list[Any]:
    """Make a list of the products of each basket; equal numbers are one object."""
    basket, product = lines
    names = list(range(PRODUCTS))
    flat = [names[each] for each in product.tolist()]
    ends = np.cumsum(np.bincount(basket)).tolist()
    starts = [0, *ends[:-1]]
    return [set(flat[a:b]) for a, b in zip(starts, ends, strict=True)]


def crmkit(lines: Lines) -> int:
    found = import_module("crmkit.campaigns").association_rules(
        pd.DataFrame({"order_id": lines[0], "product_id": lines[1]}),
        min_count=LEAST,
        false_discovery_rate=1.0,
    )
    return len(found) // 2


def mlxtend(lines: Lines, name: str) -> int:
    given = baskets(lines)
    table = import_module("mlxtend.preprocessing").TransactionEncoder()
    held = table.fit(given).transform(given, sparse=True)
    sparse: Any = pd.DataFrame.sparse
    frame = sparse.from_spmatrix(held, columns=table.columns_)
    mine = getattr(import_module("mlxtend.frequent_patterns"), name)
    more = {"low_memory": True} if name == "apriori" else {}
    found = mine(frame, min_support=LEAST / BASKETS, max_len=2, **more)
    return int((found["itemsets"].map(len) == 2).sum())


def efficient_apriori(lines: Lines) -> int:
    mine = import_module("efficient_apriori").itemsets_from_transactions
    found, _ = mine(baskets(lines), min_support=LEAST / BASKETS, max_length=2)
    return len(found[2])


def pyfim(lines: Lines, name: str) -> int:
    mine = getattr(import_module("fim"), name)
    return len(mine(baskets(lines), supp=-LEAST, zmin=2, zmax=2))


def pami(lines: Lines, name: str) -> int:
    """Mine sets of any size: it takes no largest size."""
    frame = pd.DataFrame(
        {"Transactions": [" ".join(map(str, each)) for each in baskets(lines)]}
    )
    miner = getattr(import_module(f"PAMI.frequentPattern.basic.{name}"), name)
    mined = miner(frame, LEAST, sep=" ")
    with contextlib.redirect_stdout(io.StringIO()):
        mined.mine()
    return sum(len(each) == 2 for each in mined.getPatterns())


# The module that a miner needs, and how it counts the pairs.
MINERS: dict[str, tuple[str, Callable[[Lines], int]]] = {
    "crmkit": ("crmkit", crmkit),
    "mlxtend-fpgrowth": ("mlxtend", lambda lines: mlxtend(lines, "fpgrowth")),
    "mlxtend-apriori": ("mlxtend", lambda lines: mlxtend(lines, "apriori")),
    "efficient-apriori": ("efficient_apriori", efficient_apriori),
    "pyfim-fpgrowth": ("fim", lambda lines: pyfim(lines, "fpgrowth")),
    "pyfim-eclat": ("fim", lambda lines: pyfim(lines, "eclat")),
    "pami-fpgrowth": ("PAMI", lambda lines: pami(lines, "FPGrowth")),
    "pami-eclat": ("PAMI", lambda lines: pami(lines, "ECLAT")),
}


def mined(name: str) -> str:
    """Run one miner in this process; say what it took."""
    _, count = MINERS[name]
    # What a miner loads at its first call is no part of the job.
    count(receipts(2000))
    lines = receipts(BASKETS)
    held = _kilobytes("VmSize")
    resident = _kilobytes("VmRSS")
    limit = held * 1024 + SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    start = time.process_time()
    try:
        outcome = f"{count(lines):,} pairs"
    except MemoryError:
        outcome = "out of memory"
    spent = time.process_time() - start
    more = (_kilobytes("VmHWM") - resident) / 1024
    return f"| {name} | {spent:.0f} | {more:,.0f} | {outcome} |"


def _kilobytes(field: str) -> int:
    rows = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith(field))


def main(names: Sequence[str]) -> None:
    """Print a row per miner, each from a process of its own."""
    print("| miner | CPU, s | MB | outcome |\n| --- | ---: | ---: | --- |")
    for name in names or MINERS:
        if find_spec(MINERS[name][0]) is None:
            print(f"| {name} | - | - | not installed |")
            continue
        done = subprocess.run(
            [sys.executable, __file__, "--one", name],
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_CPU, (SECONDS, SECONDS)
            ),
        )
        last = done.stderr.strip().splitlines()[-1:] or ["stopped"]
        said = done.stdout.strip() or f"| {name} | | | {done.returncode}: {last[0]} |"
        print(said, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(mined(sys.argv[2]))
    else:
        main(sys.argv[1:])
