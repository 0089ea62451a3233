# SPDX-License-Identifier: Apache-2.0
"""prices.py [ROWS …]: prices along a curve, one call of shadw beside NumPy, as a table.

NumPy computes Horner's scheme, in place and with a fresh result; `copy` is what memory alone
takes. Best of seven in turns, in CPU time, so that neighbours on the machine do not count.
"""

import sys
import time

import numpy as np

from shadw import econ

POINTS = [1.0, 2.0, 4.0, 8.0]
CUBIC, SQUARE, LINEAR, CONSTANT = 1.0, 3.0, 3.0, 1.0
TURNS = 7


def in_place(t, out):
    np.multiply(t, CUBIC, out=out)
    for next_one in (SQUARE, LINEAR):
        np.add(out, next_one, out=out)
        np.multiply(out, t, out=out)
    np.add(out, CONSTANT, out=out)


def contenders(t, out):
    supply, scratch = t * 1e9, np.empty_like(t)

    def divided():
        np.divide(supply, 1e9, out=scratch)
        in_place(scratch, out)

    return {
        "Horner, out=": lambda: in_place(t, out),
        "Horner, fresh": lambda: ((CUBIC * t + SQUARE) * t + LINEAR) * t + CONSTANT,
        "bezier_price, out=": lambda: econ.bezier_price(t, POINTS, out=out),
        "bezier_price, fresh": lambda: econ.bezier_price(t, POINTS),
        "divide and Horner, out=": divided,
        "price_at, out=": lambda: econ.price_at(supply, POINTS, 1e9, out=out),
        "copy": lambda: np.copyto(out, t),
    }


def best_of_turns(works, rows):
    repeats = 1 + 1_000_000 // rows
    best = dict.fromkeys(works, float("inf"))
    for _ in range(TURNS):
        for name, work in works.items():
            start = time.process_time()
            for _ in range(repeats):
                work()
            best[name] = min(best[name], (time.process_time() - start) / repeats)
    return best


def main():
    print("| rows | what | ns a row | times as fast as Horner, out= |")
    print("|---|---|---|---|")
    for rows in [int(one) for one in sys.argv[1:]] or [10**i for i in range(3, 8)]:
        t = np.random.default_rng(1).random(rows)
        best = best_of_turns(contenders(t, np.empty(rows)), rows)
        for name, seconds in best.items():
            ratio = best["Horner, out="] / seconds
            print(f"| {rows} | {name} | {1e9 * seconds / rows:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
