# SPDX-License-Identifier: Apache-2.0
"""RESULTS.md: what was measured, on what, and every figure beside ours and the ceiling."""

import statistics
from collections.abc import Mapping, Sequence

from cases import Case
from contender import Figure
from files import Put

Figures = Mapping[Case, Mapping[str, Sequence[Figure]]]

OURS = "libshadw"
PREFACE = """\
Medians of {rounds} rounds; in each round every contender runs once, in an order that rotates. GB/s = 1e9 bytes of user
data a second (of the k data shards), in CPU time of one thread on one core, except `all cores`, which is wall time.
`12.3 (0.45, 0.30)` reads: 12.3 GB/s, 0.45 of libshadw's, 0.30 of the ceiling. What the ceiling is stands in
[erasure_benchmark.cc](erasure_benchmark.cc) and [shard_benchmark.cc](shard_benchmark.cc); it was measured in the same
runs as libshadw's figures. A ratio to it above 1 says that the load changed in between, that other cores helped, that
another algorithm needs fewer products, or that what came back was not written to DRAM.
"""
ERASURE_NOTES = """\
- klauspost: `split4` is `WithMaxGoroutines(4)`, `default` is no option, `leopard` is `WithLeopardGF(true)`, an FFT over
  GF(2^8); all under `GOMAXPROCS=1`. `all cores` is no option and no limit.
- reed-solomon-simd codes over GF(2^16) with an FFT: its shards are not those of the others. It lends out results from
  memory of its own, which stays in cache.
- zfec codes over GF(2^8), at most 256 shards in all, with a table look-up a byte.
- ISA-L is Debian's, called through libshadw.
"""
PIPELINE_NOTES = """\
- libshadw seals, codes, MACs every cell and wraps every shard under its own key; `audit public` also hashes every
  shard's leaves with SHA-256 into a tree. Its ceiling is what these parts reach when each runs alone.
- Go: AES-256-GCM (`crypto/aes`) of the data, klauspost, SHA-256 (`crypto/sha256`) of every shard.
- Python, as Tahoe chains it: AES-128-CTR (`cryptography`), zfec, SHA-256 (`hashlib`) of every shard.
- No peer MACs or wraps shards: they do less than `audit public`, which is the nearest to them.
"""
FILE_NOTES = """\
Wall time, all cores, page cache warm, MB = 1e6 bytes of input. shadw codes 10+4 over 14 directories; restic does no
erasure coding and keeps one copy, so it writes less: the two do not promise the same. restic opens its repository by a
password, whose key derivation is made slow on purpose; the last column leaves that out.
"""


def median(figures: Sequence[Figure]) -> float:
    return statistics.median(figure.speed for figure in figures)


def _ceiling(figures: Mapping[str, Sequence[Figure]], name: str, ours: str) -> float:
    """Its own where it has one (a private put does less than a public one), or else ours."""
    for who in (name, ours):
        if figures.get(who):
            ceiling = statistics.median(figure.ceiling for figure in figures[who])
            if ceiling:
                return ceiling
    return 0.0


def _cell(speed: float, ours: float, ceiling: float) -> str:
    ratios = [f"{speed / ours:.2f}"] if ours else []
    ratios += [f"{speed / ceiling:.2f}"] if ceiling else []
    digits = 1 if speed >= 10 else 2 if speed >= 0.1 else 3
    return f"{speed:.{digits}f}" + (f" ({', '.join(ratios)})" if ratios else "")


def table(figures: Figures, names: Sequence[str], ours: str) -> str:
    """A row a contender, a column a code."""
    cases = list(figures)
    lines = ["| GB/s (of ours, of ceiling) | " + " | ".join(case.code for case in cases) + " |"]
    lines.append("|---" * (len(cases) + 1) + "|")
    ceilings = [_ceiling(figures[case], ours, ours) for case in cases]
    lines.append("| ceiling | " + " | ".join(f"{c:.2f}" if c else "–" for c in ceilings) + " |")
    for name in names:
        cells = []
        for case in cases:
            mine = median(figures[case][ours]) if figures[case].get(ours) else 0.0
            measured = figures[case].get(name)
            ceiling = _ceiling(figures[case], name, ours)
            cells.append(_cell(median(measured), mine, ceiling) if measured else "–")
        if any(cell != "–" for cell in cells):
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _beside(speed: float, ours: float) -> str:
    return f"{speed:.0f} ({speed / ours:.2f})" if ours else f"{speed:.0f}"


def file_table(puts: Mapping[str, Sequence[Put]], sizes: Mapping[str, int], ours: str) -> str:
    lines = [
        "| MB/s (of ours) | input MB | stored MB | MB/s | without opening |",
        "|---|---|---|---|---|",
    ]

    def speed(name: str, opening: bool) -> float:
        seconds = [p.seconds - (0 if opening else p.opening_seconds) for p in puts[name]]
        return sizes[name] / 1e6 / statistics.median(seconds)

    mine = speed(ours, True) if puts.get(ours) else 0.0
    for name, measured in puts.items():
        stored = statistics.median(put.stored_bytes for put in measured) / 1e6
        cells = [name, f"{sizes[name] / 1e6:.0f}", f"{stored:.0f}"]
        cells += [_beside(speed(name, opening), mine) for opening in (True, False)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def versions(all_figures: Sequence[Figures]) -> dict[str, str]:
    """By contender, what it called itself; the longest, for the pipeline names more."""
    found: dict[str, str] = {}
    for figures in all_figures:
        for by_name in figures.values():
            for name, measured in by_name.items():
                for figure in measured:
                    if len(figure.version) > len(found.get(name, "")):
                        found[name] = figure.version
    return found
