# SPDX-License-Identifier: Apache-2.0
"""Includes against declarations: arrows run down, and every one is declared."""

import dataclasses
import re

from source import Finding, Source

# The floors of the house. A module stands only on modules of a lower number, so there
# can be no cycle either.
FLOORS = {
    "base": 0,
    "crypto": 1,
    **dict.fromkeys(
        ("erasure", "store", "placement", "telemetry", "reputation", "econ", "net", "sim"), 2
    ),
    **dict.fromkeys(("shard", "audit", "dht", "capacity"), 3),
    **dict.fromkeys(("vault", "scenario"), 4),
}

# One third-party library, one door.
DOORS = (
    (re.compile(r"sodium(/|\.h$)"), "crypto"),
    (re.compile(r"openssl/"), "crypto"),
    (re.compile(r"intel-ipsec-mb\.h$"), "crypto"),
    (re.compile(r"secp256k1"), "crypto"),
    (re.compile(r"isa-l(/|\.h$)"), "erasure"),
    (re.compile(r"zstd|zdict"), "shard"),
    (re.compile(r"rocksdb/"), "store"),
    (re.compile(r"curl/"), "store"),
    (re.compile(r"boost/"), "net"),
)

_LISTS = ("SOURCES", "HEADERS", "DEPS", "PRIVATE_DEPS", "LIBS", "PRIVATE_LIBS", "PACKAGES")


@dataclasses.dataclass
class Module:
    name: str
    declared_in: Source
    lists: dict[str, list[str]]

    def headers(self) -> set[str]:
        return {f"libshadw/{self.name}/{h}" for h in self.lists["HEADERS"]}


def read_modules(sources: list[Source]) -> dict[str, Module]:
    modules = {}
    for source in sources:
        if not re.fullmatch(r"libshadw/\w+/CMakeLists\.txt", source.path):
            continue
        text = re.sub(r"#[^\n]*", "", source.text)
        for call in re.finditer(r"shadw_module\(\s*(\w+)([^)]*)\)", text):
            lists: dict[str, list[str]] = {name: [] for name in _LISTS}
            current: list[str] = []
            for word in call[2].split():
                if word in lists:
                    current = lists[word]
                else:
                    current.append(word)
            modules[call[1]] = Module(call[1], source, lists)
    return modules


def check_declarations(sources: list[Source], modules: dict[str, Module]) -> list[Finding]:
    findings = []
    paths = {s.path for s in sources}
    for module in modules.values():
        cmake = module.declared_in

        def report(rule: str, message: str) -> None:
            findings.append(cmake.find(0, rule, message))

        if module.name not in FLOORS:
            report("floor", f"module '{module.name}' has no floor in tests/tidy/modules.py")
            continue
        deps = module.lists["DEPS"] + module.lists["PRIVATE_DEPS"]
        for dep in deps:
            if dep not in FLOORS or FLOORS[dep] >= FLOORS[module.name]:
                report("floor", f"'{module.name}' stands on '{dep}', which is not below it")
            used = any(
                s.module == module.name
                and any(i.startswith(f"libshadw/{dep}/") for _, i, _ in s.includes())
                for s in sources
                if s.is_cpp
            )
            if not used:
                report("unused-dep", f"'{dep}' is declared and never included")
        listed = {f"libshadw/{module.name}/{f}" for f in module.lists["SOURCES"]}
        for path in sorted((listed | module.headers()) - paths):
            report("missing-file", f"{path} is declared and does not exist")
        here = {p for p in paths if p.startswith(f"libshadw/{module.name}/") and p.endswith(".cc")}
        for path in sorted(here - listed):
            findings.append(Finding(path, 1, "undeclared-file", "is in no SOURCES"))
    return findings


def _check_quoted(source: Source, module: Module, modules: dict[str, Module], name: str) -> str:
    """What is wrong with including `name`, or nothing."""
    target = re.match(r"libshadw/(\w+)/", name)
    if not target:
        return "" if name.startswith("absl/") else "is neither libshadw/ nor absl/"
    other = target[1]
    if name == "libshadw/base/system_clock.h":
        return "is for applications: a module takes its clock as a parameter"
    if other == module.name:
        if source.path in module.headers() and name not in module.headers():
            return "is a private header, included by a public one"
        return ""
    allowed = list(module.lists["DEPS"])
    if source.path not in module.headers():
        allowed += module.lists["PRIVATE_DEPS"]
    if other not in allowed:
        return f"is not declared: '{module.name}' may include {', '.join(allowed) or 'no module'}"
    if other in modules and name not in modules[other].headers():
        return f"is a private header of '{other}'"
    return ""


def check_includes(sources: list[Source], modules: dict[str, Module]) -> list[Finding]:
    findings = []
    for source in sources:
        if source.module is None or not source.is_cpp:
            continue
        module = modules.get(source.module)
        if module is None:
            findings.append(source.find(0, "include", "its folder declares no shadw_module"))
            continue
        for offset, name, quoted in source.includes():
            problem = _check_quoted(source, module, modules, name) if quoted else ""
            if problem:
                findings.append(source.find(offset, "include", f"{name} {problem}"))
            for pattern, door in DOORS:
                if not pattern.match(name):
                    continue
                if module.name != door:
                    message = f"{name} comes in through '{door}' only"
                    findings.append(source.find(offset, "door", message))
                elif source.path in module.headers():
                    message = f"{name} in a public header"
                    findings.append(source.find(offset, "door", message))
    return findings
