# SPDX-License-Identifier: Apache-2.0
"""A source file of the tree, with its comments and its string literals told apart."""

import dataclasses
import functools
import pathlib
import re

SKIPPED_FOLDERS = {"build", "dist", "__pycache__", "vectors", "corpus"}
CPP_SUFFIXES = {".cc", ".h"}
HASH_SUFFIXES = {".py", ".pyi", ".sh", ".cmake"}

# What a comment or a bracket may hide in, tried from left to right. Numbers come
# first: the ' in 1'000 opens no character literal.
_TOKEN = re.compile(
    r"""(?P<number>\b\d[\w'.]*)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>\b(?:u8|u|U|L)?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<character>'(?:\\.|[^'\\\n])+')
      | (?P<word>\w+)""",
    re.DOTALL | re.VERBOSE,
)


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


@dataclasses.dataclass(frozen=True)
class Source:
    path: str  # relative to the root of the tree, with slashes
    text: str

    @functools.cached_property
    def _views(self) -> tuple[str, str]:
        without_comments, code = [], []
        end = 0
        for token in _TOKEN.finditer(self.text):
            between = self.text[end : token.start()]
            piece, end = token.group(), token.end()
            kind = token.lastgroup if token.lastgroup != "tag" else "raw"
            without_comments += [between, _blank(piece) if kind == "comment" else piece]
            hidden = kind in ("comment", "raw", "string", "character")
            code += [between, _blank(piece) if hidden else piece]
        rest = self.text[end:]
        return "".join(without_comments) + rest, "".join(code) + rest

    @property
    def without_comments(self) -> str:
        return self._views[0]

    @property
    def code(self) -> str:
        """The text with comments and literals blanked; offsets and lines are kept."""
        return self._views[1]

    @property
    def is_cpp(self) -> bool:
        return pathlib.PurePath(self.path).suffix in CPP_SUFFIXES

    @property
    def is_header(self) -> bool:
        return self.path.endswith(".h")

    @property
    def module(self) -> str | None:
        parts = self.path.split("/")
        return parts[1] if parts[0] == "libshadw" and len(parts) > 2 else None

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def find(self, offset: int, rule: str, message: str) -> Finding:
        return Finding(self.path, self.line_of(offset), rule, message)

    def includes(self) -> list[tuple[int, str, bool]]:
        """(offset, what is included, in quotes) for each #include."""
        pattern = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.MULTILINE)
        return [(m.start(), m[2], m[1] == '"') for m in pattern.finditer(self.without_comments)]


def read_tree(root: pathlib.Path) -> list[Source]:
    """Every text file that people write, in order of path."""
    wanted = CPP_SUFFIXES | HASH_SUFFIXES | {".txt", ".md", ".in", ".toml", ".json", ".ipynb"}
    sources = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        folders = relative.parts[:-1]
        if any(f in SKIPPED_FOLDERS or f.startswith(".") and f != ".ci" for f in folders):
            continue
        if path.is_file() and (path.suffix in wanted or relative.parent.name == ".ci"):
            sources.append(Source(relative.as_posix(), path.read_text(encoding="utf-8")))
    return sources
