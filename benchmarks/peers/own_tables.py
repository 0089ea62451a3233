# SPDX-License-Identifier: Apache-2.0
"""Tables that need no peer: libshadw beside its own parts, and as work grows."""

import dataclasses
import json
import os
import pathlib
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

from cases import KIB, MIB
from fetch import say

Row = dict[str, Any]

PIPELINE_NOTES = """\
"Of the parts" is the speed over what seal, code, MAC, wrap and hash allow when each runs alone, in the same turn.
"""
BULK_NOTES = """\
104 MiB through a vault, 10+4. Text goes to memory stores beside zstd level 1 alone; noise beside the same put without
compression; files go to 14 directories and back, beside the slower of the pipeline from memory to memory and the same
bytes read and written plainly with one sync a segment.
"""
THREADS_NOTES = """\
Two threads beside one, and two that work each for itself: what the machine gives to anybody at that moment.
"""
OBJECT_NOTES = """\
One put and one get, each through a vault just opened, in CPU time, one thread, bytes that do not compress, 10+4, stores
in directories of a memory file system. "Peak" is how far resident memory rises; allocations are those of the whole
process. Stored is all of it, heads and catalogue too, over n/k times the object: an object's shards take a power of two
of stripes where it has less than 128, and 14 heads and shards of at least 4 KiB each weigh on small ones, which is what
packs are for. Time and allocations grow by the segment (80 MiB); memory by nothing beyond the budget of 128 MiB. The
largest takes 11 GiB of that file system, and most of its time (34 of 40 s, put and get) is the kernel's for finding the
pages; the program's own is 6 s.
"""
CODE_NOTES = """\
The same for 64 MiB over codes: a put writes n shards, each with a header sealed for its node, and n - k of them are
computed, hence time per shard, and the product k × m.
"""
COUNT_NOTES = """\
Packed objects of 256 bytes in 14 memory stores: one get, one put and a listing in a vault that holds so many already,
in CPU time; calls and ids are what the stores are asked. A put of one rewrites one page of the catalogue. A page that
would hold more than 2,000 entries splits into 16, so a million lie in 4,096 leaves of 244 and a hundred thousand in 256
of 391: 1.6 times as many pages an entry, 2.2 times as many calls. A get asks for the pages above a leaf when it first
comes by. What else makes a million slower than that was not looked into.
"""


@dataclasses.dataclass(frozen=True)
class Program:
    """A Google Benchmark program of this repository."""

    path: pathlib.Path

    def rows(self, pattern: str, *flags: str, tmpdir: str | None = None) -> list[Row]:
        environment = {**os.environ, **({"TMPDIR": tmpdir} if tmpdir else {})}
        command = [str(self.path), f"--benchmark_filter={pattern}", "--benchmark_format=json"]
        done = subprocess.run(
            [*command, *flags], capture_output=True, text=True, check=True, env=environment
        )
        rows: list[Row] = json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []
        for row in rows:
            if row.get("error_occurred"):
                raise ValueError(f"{row['name']}: {row.get('error_message')}")
        say(f"{self.path.name} {pattern}: {len(rows)} figures")
        return rows


def _argument(row: Row, name: str) -> int:
    """Of a name such as Put/k:10/m:4."""
    for part in row["name"].split("/"):
        key, _, value = part.partition(":")
        if key == name and value:
            return int(value)
    raise KeyError(name)


def _code(row: Row) -> str:
    return f"{_argument(row, 'k')}+{_argument(row, 'm')}"


def _size(size: int) -> str:
    for unit, name in ((MIB * KIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} bytes"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [list(heads), ["---"] * len(heads), *(list(line) for line in lines)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def pipeline_table(program: Program) -> str:
    """A row for what is done, a column for each code."""
    by_work: dict[str, dict[str, str]] = {}
    for row in program.rows("^(Put|Get)/", "--benchmark_min_time=0.2"):
        work = row["name"].split("/k:")[0].replace("/", ", ").replace("_", " ")
        cell = f"{row['GBps']:.2f} ({row['of_parts']:.2f})"
        by_work.setdefault(work, {})[_code(row)] = cell
    codes = list(dict.fromkeys(code for cells in by_work.values() for code in cells))
    lines = [[work, *(cells.get(code, "–") for code in codes)] for work, cells in by_work.items()]
    return PIPELINE_NOTES + "\n" + _table(["GB/s (of the parts)", *codes], lines)


def threads_table(program: Program) -> str:
    lines = [
        [
            row["name"].split("/k:")[0].replace("/", ", ").replace("_", " "),
            _code(row),
            f"{row['GBps']:.2f}",
            f"{row['of_one']:.2f}",
            f"{row['machine']:.2f}",
        ]
        for row in program.rows("^(Put|Get)Threads/")
    ]
    heads = ["two threads", "code", "GB/s", "of one thread", "two that work each for itself"]
    return THREADS_NOTES + "\n" + _table(heads, lines)


def bulk_table(program: Program) -> str:
    ratios = {
        "of_zstd": "zstd level 1 alone",
        "of_off": "without compression",
        "of_slower": "the slower of pipeline and plain files",
    }
    lines = []
    for row in program.rows("."):
        ratio = next(name for name in ratios if name in row)
        work = row["name"].split("/iterations")[0]
        cells = [f"{row['GBps']:.2f}", ratios[ratio], f"{row['ceiling_GBps']:.2f}"]
        lines.append([work, *cells, f"{row[ratio]:.2f}"])
    return BULK_NOTES + "\n" + _table(["", "GB/s", "beside", "GB/s", "ratio"], lines)


def _growth_cells(row: Row, size: int) -> list[str]:
    cells = []
    for what in ("put", "get"):
        seconds = row[f"{what}_s"]
        cells += [
            _number(seconds * 1e3),
            _number(size / 1e6 / seconds),
            _number(row[f"{what}_peak_MiB"]),
            _number(row[f"{what}_allocations"]),
        ]
    return [*cells, f"{row['stored']:.2f}"]


_GROWTH_HEADS = [
    f"{what} {column}"
    for what in ("put", "get")
    for column in ("ms", "MB/s", "peak MiB", "allocations")
] + ["stored"]


def growth_tables(program: Program, tmpdir: str | None, quick: bool) -> str:
    def table(pattern: str, head: str, name: Callable[[Row], str]) -> str:
        rows = program.rows(pattern, tmpdir=tmpdir)
        lines = [[name(row), *_growth_cells(row, _argument(row, "bytes"))] for row in rows]
        return _table([head, *_GROWTH_HEADS], lines)

    sizes = "^Small/" if quick else "^(Small|Large)/"
    codes = "^Code/.*/k:10/m:4" if quick else "^Code/"
    text = "### One object, by size\n\n" + OBJECT_NOTES + "\n"
    text += table(sizes, "object", lambda row: _size(_argument(row, "bytes")))
    text += "\n### One object, by code\n\n" + CODE_NOTES + "\n"
    return text + table(codes, "code", _code)


def count_table(program: Program, quick: bool) -> str:
    works = {"BM_GetOneOf": "get one", "BM_PutOneInto": "put one", "BM_ListAllOf": "list all"}
    lines = []
    for row in program.rows("/(1|10|1000)$" if quick else "(GetOneOf|PutOneInto|ListAllOf)/"):
        work, objects = row["name"].split("/")[:2]
        cells = [works[work], f"{int(objects):,}", _number(row["cpu_time"])]
        cells.append(_number(row["cpu_time"] / int(objects)) if "List" in work else "")
        cells += [_number(row[key]) for key in ("calls", "ids", "allocations", "peak_MiB")]
        lines.append(cells)
    heads = ["", "objects", "µs", "µs an entry", "calls", "ids", "allocations", "peak MiB"]
    return COUNT_NOTES + "\n" + _table(heads, lines)
