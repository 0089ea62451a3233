# SPDX-License-Identifier: Apache-2.0
"""rewards.py [ROWS …]: rewards by square roots and the Monte Carlo of an incentive, one call of
shadw beside NumPy and beside exact Python, as tables.

The split in NumPy is in doubles and wrong in the last digits; that in Python is exact, by
`math.isqrt`. Best of seven in turns, in CPU time; exact Python only once, and up to 10^6 rows.
"""

import math
import sys
import time

import numpy as np
from prices import best_of_turns

from shadw import econ

POOL = 50_000_000_000_000
MOST_FOR_PYTHON = 1_000_000
SEED = 1


def numpy_split(reputations):
    roots = np.sqrt(reputations)
    return (roots / roots.sum() * POOL).astype(np.uint64)


def numpy_split_in_place(reputations):
    roots = np.sqrt(reputations)
    roots *= POOL / roots.sum()
    return roots.astype(np.uint64)


def python_floor(reputations):
    roots = [math.isqrt(one << 64) for one in reputations]
    total = sum(roots)
    return [POOL * root // total for root in roots]


def python_largest_remainder(reputations):
    roots = [math.isqrt(one << 64) for one in reputations]
    total = sum(roots)
    shares, remainders = [], []
    for index, root in enumerate(roots):
        share, left = divmod(POOL * root, total)
        shares.append(share)
        remainders.append((-left, index))
    for _, index in sorted(remainders)[: POOL - sum(shares)]:
        shares[index] += 1
    return shares


def once(work, *arguments):
    start = time.process_time()
    result = work(*arguments)
    return result, time.process_time() - start


def ours(reputations, remainder):
    return econ.split_by_sqrt(POOL, reputations, remainder=remainder)[0]


def split(rows):
    reputations = np.random.default_rng(SEED).integers(0, 2**40, rows, np.uint64)
    signed = reputations.astype(np.int64)
    best = best_of_turns(
        {
            "NumPy, inexact": lambda: numpy_split(reputations),
            "NumPy, inexact, in place": lambda: numpy_split_in_place(reputations),
            "floor": lambda: ours(reputations, "burn"),
            "largest remainder": lambda: ours(reputations, "largest_remainder"),
            "largest remainder of int64": lambda: ours(signed, "largest_remainder"),
        },
        rows,
    )
    exact = {}
    if rows <= MOST_FOR_PYTHON:
        numbers = reputations.tolist()
        floor, exact["floor"] = once(python_floor, numbers)
        largest, exact["largest remainder"] = once(python_largest_remainder, numbers)
        assert floor == ours(reputations, "burn").tolist()
        assert largest == ours(reputations, "largest_remainder").tolist()
    for name, seconds in best.items():
        in_python = f"{exact[name] / seconds:.1f}" if name in exact else ""
        share = seconds / best["NumPy, inexact"]
        print(f"| {rows} | {name} | {1e9 * seconds / rows:.2f} | {share:.2f} | {in_python} |")


def numpy_net(draws):
    """mean(B) / mean(T) - mean(C) - mean(R) and its standard error by the delta method."""
    generator = np.random.default_rng(SEED)
    benefit = generator.lognormal(3.0, 0.5, draws)
    passed = generator.uniform(1.0, 4.0, draws)
    cost = generator.normal(2.0, 0.5, draws)
    loss = generator.uniform(-1.0, 3.0, draws)
    ratio = benefit.mean() / passed.mean()
    net = ratio - cost.mean() - loss.mean()
    rate = (benefit.var() + ratio**2 * passed.var()) / passed.mean() ** 2
    return net, math.sqrt((rate + cost.var() + loss.var()) / draws)


def distributions():
    """Their tables are made once, however many simulations draw from them."""
    return (
        econ.Distribution.lognormal(3.0, 0.5),
        econ.Distribution.uniform(1.0, 4.0),
        econ.Distribution.normal(2.0, 0.5),
        econ.Distribution.uniform(-1.0, 3.0),
    )


def monte_carlo(draws):
    made = distributions()

    def our_net():
        return econ.simulate_net(*made, draws=draws, seed=SEED)

    (theirs, their_error), (ours_, our_error) = numpy_net(draws), our_net()
    assert abs(theirs - ours_) < 5 * math.hypot(their_error, our_error)
    best = best_of_turns({"NumPy": lambda: numpy_net(draws), "simulate_net": our_net}, draws)
    for name, seconds in best.items():
        ratio = best["NumPy"] / seconds
        print(f"| {draws} | {name} | {1e9 * seconds / draws:.2f} | {ratio:.2f} |")


def main():
    sizes = [int(one) for one in sys.argv[1:]] or [10**i for i in range(3, 8)]
    print("| participants | split | ns each | of NumPy's time | times as fast as exact Python |")
    print("|---|---|---|---|---|")
    for rows in sizes:
        split(rows)
    print()
    print("| runs | what | ns each | times as fast as NumPy |")
    print("|---|---|---|---|")
    for draws in sizes:
        monte_carlo(draws)
    print()
    print(f"Four distributions are made in {1e3 * once(distributions)[1]:.1f} ms.")


if __name__ == "__main__":
    main()
