# SPDX-License-Identifier: Apache-2.0
"""Whatever can be asked for one figure of one case, in a process of its own.

One thread means one core too: such a process is pinned, so that neither a runtime's helper
threads nor the scheduler's moves are part of the comparison.
"""

import dataclasses
import json
import os
import subprocess

from cases import Case

ONE_CORE = max(os.sched_getaffinity(0))


def pin() -> None:
    os.sched_setaffinity(0, {ONE_CORE})


@dataclasses.dataclass(frozen=True)
class Figure:
    speed: float  # GB/s of user data
    version: str = ""
    ceiling: float = 0.0  # what the machine could do at that moment; 0 where nobody said


class Contender:
    name: str

    def runs(self, case: Case) -> bool:
        raise NotImplementedError

    def measure(self, case: Case, seconds: float) -> Figure:
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Peer(Contender):
    """A program that takes a case's arguments and prints one JSON line."""

    name: str
    command: tuple[str, ...]
    works: frozenset[str]
    codes: frozenset[str] | None = None  # for the pipeline; None: all
    environment: tuple[tuple[str, str], ...] = ()
    all_cores: bool = False

    def runs(self, case: Case) -> bool:
        if case.what == "pipeline" and self.codes is not None and case.code not in self.codes:
            return False
        return case.what in self.works

    def measure(self, case: Case, seconds: float) -> Figure:
        environment = {k: v for k, v in os.environ.items() if k != "GOMAXPROCS"}
        done = subprocess.run(
            [*self.command, *case.arguments(seconds)],
            env={**environment, **dict(self.environment)},
            preexec_fn=None if self.all_cores else pin,
            capture_output=True,
            text=True,
            check=True,
        )
        line = json.loads(done.stdout.splitlines()[-1])
        return Figure(line["GBps"], line["version"])
