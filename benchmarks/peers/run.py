#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run.py: libshadw and released packages at the same work, side by side.

Builds ours, fetches the others, runs everything in turns and writes benchmarks/RESULTS.md:
beside peers, beside its own parts, and as work grows. A quiet machine with 16 GB of memory
and an hour give figures worth quoting; `--quick` takes one round of next to nothing, and
shows only that everything runs.
"""

import argparse
import dataclasses
import datetime
import functools
import json
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

import cases
import fetch
import files
import machine
import ours
import own_tables
import report
from cases import Case
from contender import Contender, Figure
from fetch import say

PARTS = ("erasure", "pipeline", "files", "own", "growth")
MEMORY_FILES = pathlib.Path("/dev/shm")
GROWTH_BYTES = 12 << 30  # of the largest object's shards, and room
PIPELINE_OURS = "libshadw put, audit public"
FILES_OURS = "shadw put, the tar file"


@dataclasses.dataclass
class Run:
    """One run of everything: its settings, and what it found."""

    rounds: int
    seconds: float
    quick: bool
    programs: pathlib.Path
    peers: list[Contender]
    remarks: list[str]
    figures: list[report.Figures] = dataclasses.field(default_factory=list)

    def remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)
            say(text)

    def measure(self, all_cases: list[Case], contenders: list[Contender]) -> report.Figures:
        found: dict[Case, dict[str, list[Figure]]] = {}
        for case in all_cases:
            running = [c for c in contenders if c.runs(case)]
            found[case] = {c.name: [] for c in running}
            for turn in range(self.rounds):
                first = turn % max(1, len(running))
                for contender in running[first:] + running[:first]:
                    self._measure_one(case, contender, found[case])
            medians = {n: round(report.median(f), 3) for n, f in found[case].items() if f}
            say(f"{case.what} {case.code} of {case.shard_bytes >> 10} KiB: {medians}")
        self.figures.append(found)
        return found

    def _measure_one(
        self, case: Case, contender: Contender, found: dict[str, list[Figure]]
    ) -> None:
        what = f"{contender.name}, {case.what} {case.code} of {case.shard_bytes} bytes"
        try:
            found[contender.name].append(contender.measure(case, self.seconds))
        except subprocess.CalledProcessError as error:
            why = (error.stderr or "").strip().splitlines() or [f"exit {error.returncode}"]
            self.remark(f"{what}: {why[-1]}")
        except (OSError, ValueError, KeyError, IndexError) as error:
            self.remark(f"{what}: {error!r}")


def erasure_section(run: Run) -> str:
    program = run.programs / "erasure_benchmark"
    if not program.exists():
        run.remark("erasure_benchmark is not built: no figures of libshadw and ISA-L")
        mine = []
    else:
        mine = [
            ours.Erasure(report.OURS, program, isal=False),
            ours.Erasure("ISA-L", program, isal=True),
        ]
    contenders = mine + run.peers
    text = "## Erasure coding\n\n"
    if mine:
        text += f"libshadw runs its backend `{ours.backend(program, Case('encode', '10+4', 65536))}`.\n"
    text += report.ERASURE_NOTES
    for title, all_cases in cases.erasure_tables(run.quick).items():
        if mine and not any(mine[1].runs(case) for case in all_cases):
            run.remark("ISA-L is left out: erasure_benchmark has no backend of that name")
        figures = run.measure(all_cases, contenders)
        names = [c.name for c in contenders]
        text += f"\n### {title}\n\n" + report.table(figures, names, report.OURS)
    return text


def pipeline_section(run: Run) -> str:
    program = run.programs / "shard_benchmark"
    mine: list[Contender] = []
    if program.exists():
        mine = [
            ours.Put(PIPELINE_OURS, program, "public"),
            ours.Put("libshadw put, audit private", program, "private"),
        ]
    else:
        run.remark("shard_benchmark is not built: no figures of libshadw's pipeline")
    contenders = mine + run.peers
    figures = run.measure(cases.pipeline_table(run.quick), contenders)
    names = [c.name for c in contenders]
    text = "## The pipeline, memory to memory\n\n" + report.PIPELINE_NOTES + "\n"
    return text + report.table(figures, names, PIPELINE_OURS)


def file_section(run: Run) -> str:
    folder, tar = files.gather((4 if run.quick else 256) * cases.MIB)
    sizes = {"folder": files.bytes_below(folder), "tar": files.bytes_below(tar)}
    contenders: dict[str, Callable[[], files.Put]] = {}
    inputs: dict[str, int] = {}
    shadw = run.programs / "shadw"
    if shadw.exists():
        contenders[FILES_OURS] = functools.partial(files.shadw_put, shadw, tar)
        inputs[FILES_OURS] = sizes["tar"]
    else:
        run.remark("shadw is not built: no figures of put")
    try:
        restic = fetch.fetch_restic()
        version = " ".join(fetch.call(restic, "version").split()[:2])
        for what, source in (("the directory", folder), ("the tar file", tar)):
            name = f"{version} backup, {what}"
            contenders[name] = functools.partial(files.restic_backup, restic, source)
            inputs[name] = sizes["tar"] if source is tar else sizes["folder"]
    except (fetch.Missing, OSError) as error:
        run.remark(f"restic is left out: {error}")
    text = "## From files to a store\n\n" + report.FILE_NOTES + "\n"
    if not contenders:
        return text
    puts = files.rounds(contenders, run.rounds)
    if shadw.exists():
        files.check_shadw(shadw, tar)
    files.clean()
    return text + report.file_table(puts, inputs, FILES_OURS)


def own_programs(run: Run, *names: str) -> list[own_tables.Program]:
    """As many as are built, which is all or, with a remark, none."""
    paths = [run.programs / name for name in names]
    missing = [path.name for path in paths if not path.exists()]
    for name in missing:
        run.remark(f"{name} is not built: no figures of it")
    return [] if missing else [own_tables.Program(path) for path in paths]


def own_section(run: Run) -> str:
    text = "## libshadw beside its own parts\n"
    programs = own_programs(run, "shard_benchmark", "bulk_benchmark")
    if not programs:
        return text
    shard, bulk = programs
    text += "\n### A segment, memory to memory\n\n" + own_tables.pipeline_table(shard)
    text += "\n### Two threads\n\n" + own_tables.threads_table(shard)
    if run.quick:
        return text
    return text + "\n### Through a vault\n\n" + own_tables.bulk_table(bulk)


def growth_section(run: Run) -> str:
    text = "## As work grows\n\n"
    programs = own_programs(run, "growth_benchmark", "small_objects_benchmark")
    if not programs:
        return text
    growth, objects = programs
    room = MEMORY_FILES.is_dir() and shutil.disk_usage(MEMORY_FILES).free >= GROWTH_BYTES
    if not room:
        run.remark(f"growth: {MEMORY_FILES} has no room, so its stores lie on the disk")
    text += own_tables.growth_tables(growth, str(MEMORY_FILES) if room else None, run.quick)
    return text + "\n### Many objects\n\n" + own_tables.count_table(objects, run.quick)


def heading(run: Run, facts: dict[str, str]) -> str:
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    command = " ".join(["benchmarks/peers/run.py", *sys.argv[1:]])
    facts = {"date": today, "command": f"`{command}`", **facts}
    facts |= {name: version for name, version in report.versions(run.figures).items() if version}
    lines = [f"- {name}: {value}" for name, value in facts.items()]
    lines += [f"- {remark}" for remark in run.remarks]
    preface = report.PREFACE.format(rounds=run.rounds)
    return "# Results\n\n" + preface + "\n" + "\n".join(lines) + "\n"


def keep_raw(run: Run) -> None:
    """Every single figure, for whoever doubts a median."""
    raw = [
        {**dataclasses.asdict(case), "contender": name, "GBps": [f.speed for f in measured]}
        for figures in run.figures
        for case, by_name in figures.items()
        for name, measured in by_name.items()
    ]
    (fetch.BUILD / "raw.json").write_text(json.dumps(raw, indent=1), encoding="utf-8")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3, help="of one measurement")
    parser.add_argument("--quick", action="store_true", help="one round, tiny: does it run?")
    parser.add_argument("--only", choices=PARTS, action="append", help="leave out the others")
    parser.add_argument("--programs", type=pathlib.Path, help="built already: take ours here")
    parser.add_argument("--out", type=pathlib.Path, help="instead of benchmarks/RESULTS.md")
    return parser.parse_args()


def main() -> int:
    arguments = parse()
    fetch.BUILD.mkdir(parents=True, exist_ok=True)
    remarks = []
    programs = arguments.programs
    if programs is None:
        say("building ours")
        programs = fetch.ROOT / "build" / "bench" / "bin"
        try:
            programs = fetch.build_ours()
        except fetch.Missing as error:
            remarks.append(f"ours was not built: {error}")
            say(remarks[-1])
    facts = machine.describe(programs)
    peers, missing = fetch.fetch_peers()
    run = Run(
        rounds=1 if arguments.quick else arguments.rounds,
        seconds=0.01 if arguments.quick else arguments.seconds,
        quick=arguments.quick,
        programs=programs,
        peers=peers,
        remarks=remarks + missing,
    )
    sections = {
        "erasure": erasure_section,
        "pipeline": pipeline_section,
        "files": file_section,
        "own": own_section,
        "growth": growth_section,
    }
    # A quick run must not look like results.
    default = fetch.BUILD / "quick.md" if arguments.quick else fetch.HERE.parent / "RESULTS.md"
    out = arguments.out or default
    texts = []
    for part in (part for part in PARTS if part in (arguments.only or PARTS)):
        texts.append(sections[part](run))
        # After each: it takes long, and what was measured is kept.
        out.write_text("\n".join([heading(run, facts), *texts]), encoding="utf-8")
        keep_raw(run)
    say(f"wrote {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
