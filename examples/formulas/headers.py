# SPDX-License-Identifier: Apache-2.0
"""Public headers as data: every formula with its comment, told apart into rows.

A formula is every free function, and every member function whose comment says what it
computes: its range, its source, or what its paper got wrong.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Iterator

ROWS = (
    "Shapes",
    "Range",
    "Monotone in",
    "Units",
    "Errors",
    "Promise",
    "Secrets",
    "Cost",
    "Paper",
    "Defect",
    "Modes",
    "Source",
)
_OF_A_FORMULA = {"Range", "Monotone in", "Paper", "Defect", "Modes", "Source"}
_ROW = re.compile(rf"   (?P<name>{'|'.join(ROWS)})(?:\s+(?P<text>.*))?$")
_SCOPE = re.compile(
    r"(?:template\s*<.*?>\s*)?(namespace|class|struct|union|enum(?: class)?)\b\s*(\w*)"
)
_FUNCTION = re.compile(r"(?P<returns>[\w:<>,&*\s]+?[\s&*>])(?P<name>\w+)\s*\(")
_MODE = re.compile(r"\b\w*Mode mode\b")


class FormulaError(Exception):
    """What is wrong with the headers or with the examples, a line for each fault."""


@dataclasses.dataclass
class Formula:
    module: str
    header: str  # libshadw/econ/bezier.h
    line: int
    scope: str  # the class, or nothing
    name: str
    signature: str
    parameters: str
    text: str  # the sentences of the comment
    rows: dict[str, list[str]]  # of each row its lines, indented as they were
    key: str = ""  # ExactCurve::PriceAt; with its first parameter where that is overloaded
    has_mode: bool = False
    like: str = ""  # the formula whose modes this one has

    @property
    def slug(self) -> str:
        return re.sub(r"\W+", "-", self.key).strip("-")

    def row(self, name: str) -> str:
        return " ".join(line.strip() for line in self.rows.get(name, []))


@dataclasses.dataclass
class Header:
    path: str
    essay: list[str]
    formulas: list[Formula]


@dataclasses.dataclass
class _Scope:
    kind: str
    name: str
    public: bool


def _split_comment(where: str, comment: list[str]) -> tuple[str, dict[str, list[str]]]:
    """The sentences and the rows of a comment; an unknown row is refused."""
    sentences: list[str] = []
    rows: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in comment:
        if match := _ROW.match(line):
            current = rows.setdefault(match["name"], [])
            current.append(match["text"] or "")
        elif re.match(r" {3}\S", line):
            need = ", ".join(ROWS)
            raise FormulaError(f"{where}: got row '{line.split()[0]}', need one of {need}")
        elif current is not None:
            # Rows continue below their first word.
            current.append(line[12:] if line[:12].isspace() else line.strip())
        else:
            sentences.append(line.strip())
    return " ".join(sentences), rows


def _matching(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ValueError(text)


class _Reader:
    """One pass over the lines of a header."""

    def __init__(self, module: str, header: str, text: str) -> None:
        self.module, self.header = module, header
        self.lines = text.split("\n")
        self.scopes: list[_Scope] = []
        self.comment: list[str] = []  # above the present declaration, or above its neighbour
        self.with_mode: set[str] = set()  # structs that have a member `mode`

    def statements(self) -> Iterator[tuple[int, str]]:
        """(line, code) of each declaration; comments and scopes are noted on the way."""
        at, after_comment = 0, False
        while at < len(self.lines):
            line, begin = self.lines[at].strip(), at
            at += 1
            if line.startswith("//"):
                self.comment = [*(self.comment if after_comment else ()), line[2:]]
                after_comment = True
                continue
            after_comment = False
            if not line or line.startswith("#"):
                self.comment = []
            elif line.startswith("}"):
                self.scopes.pop()
                self.comment = []
            elif line in ("public:", "private:", "protected:"):
                self.scopes[-1].public = line == "public:"
            elif self.scopes and self.scopes[-1].kind.startswith("enum"):
                continue
            else:
                code = self._code(begin)
                while not self._is_complete(code):
                    code += " " + self._code(at)
                    at += 1
                yield begin + 1, re.sub(r"\s+", " ", code)

    def _code(self, at: int) -> str:
        return re.sub(r"\s*//.*", "", self.lines[at]).strip()

    def _is_complete(self, code: str) -> bool:
        if code.count("(") != code.count(")"):
            return False
        if _SCOPE.match(code):
            return code.endswith(("{", ";", "}"))
        return code.count("{") == code.count("}") and code.endswith((";", "}"))

    def read(self) -> list[Formula]:
        found = []
        for line, code in self.statements():
            scope = _SCOPE.match(code)
            if scope:
                if code.count("{") > code.count("}"):
                    self.scopes.append(_Scope(scope[1], scope[2], scope[1] != "class"))
                    self.comment = []
                continue
            if _MODE.search(code.split("(")[0]) and self.scopes[-1].kind == "struct":
                self.with_mode.add(self.scopes[-1].name)
            if formula := self._formula(line, code):
                found.append(formula)
        return found

    def _formula(self, line: int, code: str) -> Formula | None:
        """The function that is declared, with the comment above it or above its neighbour."""
        if not all(scope.public for scope in self.scopes) or "friend " in code:
            return None
        code = re.sub(r"^template <.*?> (?=\w)", "", code)
        match = _FUNCTION.match(code)
        if match is None or "=" in match[0] or match[0].startswith(("explicit ", "static_assert")):
            return None
        closing = _matching(code, match.end() - 1)
        rest = re.match(r"(?: const)?", code[closing + 1 :])
        where = f"{self.header}:{line}"
        sentences, rows = _split_comment(where, self.comment)
        classes = [scope.name for scope in self.scopes if scope.kind in ("class", "struct")]
        if classes and not (_OF_A_FORMULA & rows.keys() or _MODE.search(code)):
            return None
        return Formula(
            module=self.module,
            header=self.header,
            line=line,
            scope="::".join(classes),
            name=match["name"],
            signature=code[: closing + 1] + (rest[0] if rest else ""),
            parameters=code[match.end() : closing],
            text=sentences,
            rows=rows,
        )


def _essay(text: str) -> list[str]:
    lines = text.split("\n")[1:]
    end = next(i for i, line in enumerate(lines) if not line.startswith("//"))
    return [line[2:].removeprefix(" ") for line in lines[:end]]


def _first_type(formula: Formula) -> str:
    words = re.findall(r"\w+", re.sub(r"\b(?:const|std|span)\b", "", formula.parameters))
    return words[0] if words else ""


def _name(formulas: list[Formula]) -> None:
    full = [f"{one.scope}::{one.name}" if one.scope else one.name for one in formulas]
    for formula, name in zip(formulas, full, strict=True):
        overloaded = full.count(name) > 1
        formula.key = f"{name}({_first_type(formula)})" if overloaded else name


def _resolve_modes(formulas: list[Formula], with_mode: set[str]) -> None:
    """Notes whose modes a formula has, where it says `Modes as Other`."""
    by_key = {formula.key: formula for formula in formulas}
    for formula in formulas:
        types = set(re.findall(r"\w+", formula.parameters))
        formula.has_mode = bool(_MODE.search(formula.parameters) or types & with_mode)
        if match := re.match(r"as (\w+(?:::\w+)?(?:\(\w+\))?)", formula.row("Modes")):
            if match[1] not in by_key:
                name = f"{formula.module}: {formula.key}"
                raise FormulaError(f"{name} has its modes of '{match[1]}', which is no formula")
            formula.like = match[1]


def public_headers(tree: pathlib.Path, module: str) -> list[str]:
    """The headers that the module's CMakeLists.txt lists, in that order."""
    text = (tree / "libshadw" / module / "CMakeLists.txt").read_text(encoding="utf-8")
    listed = re.search(r"\bHEADERS\s+((?:\w+\.h\s+)+)", text)
    if listed is None:
        raise FormulaError(f"libshadw/{module}/CMakeLists.txt: got no HEADERS, need some")
    return [f"libshadw/{module}/{name}" for name in listed[1].split()]


def read_module(tree: pathlib.Path, module: str) -> list[Header]:
    headers, with_mode = [], set()
    for path in public_headers(tree, module):
        text = (tree / path).read_text(encoding="utf-8")
        reader = _Reader(module, path, text)
        formulas = reader.read()
        with_mode |= reader.with_mode
        headers.append(Header(path, _essay(text), formulas))
    formulas = [formula for header in headers for formula in header.formulas]
    _name(formulas)
    _resolve_modes(formulas, with_mode)
    return headers
