#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A check that cannot fail is worth nothing: one violation of each kind must be found,
at its line and under its name, and what only looks like one must pass."""

import pathlib
import sys
import tempfile
import unittest

from check_tree import check_tree

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"
FUNCTION_OF_70_LINES = "int F() {\n" + "  ;\n" * 68 + "}\n"
FUNCTION_OF_71_LINES = "int F() {\n" + "  ;\n" * 69 + "}\n"


def header(path: str, body: str = "") -> str:
    guard = path.upper().replace("/", "_").replace(".", "_") + "_"
    return f"{LICENCE}#ifndef {guard}\n#define {guard}\n{body}#endif  // {guard}\n"


def cmake(call: str) -> str:
    return f"# SPDX-License-Identifier: Apache-2.0\n{call}\n"


CLEAN = {
    "libshadw/base/CMakeLists.txt": cmake("shadw_module(base SOURCES a.cc HEADERS a.h)"),
    "libshadw/base/a.h": header("libshadw/base/a.h"),
    "libshadw/base/a.cc": LICENCE + '#include "libshadw/base/a.h"\n',
    "libshadw/erasure/CMakeLists.txt": cmake(
        "shadw_module(erasure SOURCES e.cc HEADERS e.h\n  PRIVATE_DEPS base)"
    ),
    "libshadw/erasure/e.h": header("libshadw/erasure/e.h"),
    "libshadw/erasure/private.h": header("libshadw/erasure/private.h"),
    "libshadw/erasure/e.cc": LICENCE + '#include "libshadw/base/a.h"\n#include <isa-l.h>\n',
    "libshadw/shard/CMakeLists.txt": cmake(
        "shadw_module(shard SOURCES s.cc HEADERS s.h DEPS erasure)"
    ),
    "libshadw/shard/s.h": header("libshadw/shard/s.h", '#include "libshadw/erasure/e.h"\n'),
    "libshadw/shard/s.cc": LICENCE + '#include "absl/status/status.h"\n',
    "tests/base/a_test.cc": LICENCE + "#include <iostream>\n",
    "tools/run.sh": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
}

E_CC, E_H, S_H = "libshadw/erasure/e.cc", "libshadw/erasure/e.h", "libshadw/shard/s.h"

# (the file that changes, its new text, "line rule" of what must be found there)
VIOLATIONS = {
    "no licence": (E_CC, "int x;\n", "1 licence"),
    "no licence in a script": ("tools/run.sh", "#!/bin/sh\necho\n", "1 licence"),
    "wrong guard": (E_H, LICENCE + "#ifndef E_H\n#define E_H\n#endif\n", "1 guard"),
    "half a guard": (E_H, header(E_H).replace("#define LIBSHADW", "#define LIB"), "1 guard"),
    "leftover marker": (E_CC, CLEAN[E_CC] + "// " + "TO" + "DO: later\n", "4 marker"),
    "leftover marker in prose": ("README.md", "a\n" + "FIX" + "ME\n", "2 marker"),
    "undeclared include": (
        "libshadw/shard/s.cc",
        LICENCE + '#include "libshadw/base/a.h"\n',
        "2 include",
    ),
    "include that runs upward": (
        "libshadw/base/a.cc",
        LICENCE + '#include "libshadw/erasure/e.h"\n',
        "2 include",
    ),
    "private dependency in a public header": (
        E_H,
        header(E_H, '#include "libshadw/base/a.h"\n'),
        "4 include",
    ),
    "own private header in a public one": (
        E_H,
        header(E_H, '#include "libshadw/erasure/private.h"\n'),
        "4 include",
    ),
    "private header of another module": (
        S_H,
        header(S_H, '#include "libshadw/erasure/e.h"\n#include "libshadw/erasure/private.h"\n'),
        "5 include",
    ),
    "include by a short path": (E_CC, CLEAN[E_CC] + '#include "e.h"\n', "4 include"),
    "folder without a module": ("libshadw/vault/v.cc", LICENCE, "1 include"),
    "dependency on the same floor": (
        "libshadw/erasure/CMakeLists.txt",
        cmake("shadw_module(erasure SOURCES e.cc HEADERS e.h PRIVATE_DEPS base store)"),
        "1 floor",
    ),
    "dependency on a higher floor": (
        "libshadw/erasure/CMakeLists.txt",
        cmake("shadw_module(erasure SOURCES e.cc HEADERS e.h PRIVATE_DEPS base shard)"),
        "1 floor",
    ),
    "module without a floor": (
        "libshadw/utils/CMakeLists.txt",
        cmake("shadw_module(utils)"),
        "1 floor",
    ),
    "dependency never included": (
        "libshadw/shard/CMakeLists.txt",
        cmake("shadw_module(shard SOURCES s.cc HEADERS s.h DEPS erasure base)"),
        "1 unused-dep",
    ),
    "source in no list": ("libshadw/erasure/dead.cc", LICENCE, "1 undeclared-file"),
    "listed header that is not there": (
        "libshadw/base/CMakeLists.txt",
        cmake("shadw_module(base SOURCES a.cc HEADERS a.h b.h)"),
        "1 missing-file",
    ),
    "sodium outside crypto": (E_CC, CLEAN[E_CC] + "#include <sodium.h>\n", "4 door"),
    "OpenSSL outside crypto": (E_CC, CLEAN[E_CC] + "#include <openssl/evp.h>\n", "4 door"),
    "secp256k1 outside crypto": (E_CC, CLEAN[E_CC] + "#include <secp256k1.h>\n", "4 door"),
    "zstd outside shard": (E_CC, CLEAN[E_CC] + "#include <zstd.h>\n", "4 door"),
    "ISA-L outside erasure": (
        "libshadw/base/a.cc",
        CLEAN["libshadw/base/a.cc"] + "#include <isa-l/erasure_code.h>\n",
        "3 door",
    ),
    "third party in a public header": (E_H, header(E_H, "#include <isa-l.h>\n"), "4 door"),
    "function of 71 lines": (E_CC, CLEAN[E_CC] + FUNCTION_OF_71_LINES, "4 long-function"),
    "long method": (
        E_CC,
        CLEAN[E_CC] + "class C {\n" + FUNCTION_OF_71_LINES.replace("int F", "void M") + "};\n",
        "5 long-function",
    ),
    "long constructor with braced members": (
        E_CC,
        CLEAN[E_CC] + FUNCTION_OF_71_LINES.replace("int F()", "C::C(int a) : a_(a), b_{a}"),
        "4 long-function",
    ),
    "long test": (
        "tests/base/a_test.cc",
        LICENCE + FUNCTION_OF_71_LINES.replace("int F()", "TEST(A, B)"),
        "2 long-function",
    ),
    "public header of 261 lines": (E_H, header(E_H, "\n" * 257), "1 long-header"),
    "wall clock": (E_CC, CLEAN[E_CC] + "auto t = std::chrono::system_clock::now();\n", "4 wall-clock"),
    "wall clock in a test": (
        "tests/base/a_test.cc",
        LICENCE + "auto t = std::chrono::steady_clock::now();\n",
        "2 wall-clock",
    ),
    "time()": (E_CC, CLEAN[E_CC] + "auto t = std::time(nullptr);\n", "4 wall-clock"),
    "gettimeofday": (E_CC, CLEAN[E_CC] + "int i = gettimeofday(&t, nullptr);\n", "4 wall-clock"),
    "clock_gettime": (E_CC, CLEAN[E_CC] + "int i = ::clock_gettime(0, &t);\n", "4 wall-clock"),
    "the system clock's header": (
        "libshadw/base/a.cc",
        CLEAN["libshadw/base/a.cc"] + '#include "libshadw/base/system_clock.h"\n',
        "3 include",
    ),
    "rand": (E_CC, CLEAN[E_CC] + "int i = rand();\n", "4 random"),
    "srand": (E_CC, CLEAN[E_CC] + "void F() { std::srand(1); }\n", "4 random"),
    "random_device": (E_CC, CLEAN[E_CC] + "std::random_device d;\n", "4 random"),
    "new": (E_CC, CLEAN[E_CC] + "auto p = std::unique_ptr<C>(new C);\n", "4 new"),
    "delete": (E_CC, CLEAN[E_CC] + "void F(int* p) { delete p; }\n", "4 new"),
    "malloc": (E_CC, CLEAN[E_CC] + "void* p = std::malloc(1);\n", "4 malloc"),
    "iostream": (E_CC, CLEAN[E_CC] + "#include <iostream>\n", "4 prints"),
    "cerr": (E_CC, CLEAN[E_CC] + "void F() { std::cerr << 1; }\n", "4 prints"),
    "printf": (E_CC, CLEAN[E_CC] + 'void F() { std::printf("a"); }\n', "4 prints"),
    "throw": (E_CC, CLEAN[E_CC] + "void F() { throw 1; }\n", "4 throw"),
    "absl::string_view in a header": (E_H, header(E_H, "void F(absl::string_view);\n"), "4 absl-type"),
}

# (the file that changes, its new text): nothing may be found.
LOOKALIKES = {
    "function of 70 lines": (E_CC, CLEAN[E_CC] + FUNCTION_OF_70_LINES),
    "many short functions in a class": (E_CC, CLEAN[E_CC] + "class C {\n" + "void F() {}\n" * 99 + "};\n"),
    "many short functions in a namespace": (
        E_CC,
        CLEAN[E_CC] + "namespace a::b {\n" + "int F() {\n}\n" * 50 + "}\n",
    ),
    "long table": (E_CC, CLEAN[E_CC] + "const int kTable[] = {\n" + "1,\n" * 99 + "};\n"),
    "long comment": (E_CC, CLEAN[E_CC] + "/* {\n" + "\n" * 99 + "*/\n"),
    "braces in literals": (
        E_CC,
        CLEAN[E_CC] + """char a = '{', b = '"'; auto c = "{", d = R"x({ ")x";\n""" + "\n" * 99 + "int i;\n",
    ),
    "digit separators": (E_CC, CLEAN[E_CC] + "int a = 1'000; int F() { return 0x1'f; }\n"),
    "banned words in a comment and a string": (
        E_CC,
        CLEAN[E_CC] + '// new, rand(), throw\nauto s = "new rand() throw malloc(1)";\n',
    ),
    "deleted members": (E_CC, CLEAN[E_CC] + "struct S { S(const S&) = delete; };\n"),
    "members that share a name": (E_CC, CLEAN[E_CC] + "auto t = entry.time(1) + p->rand();\n"),
    "names that contain a banned word": (E_CC, CLEAN[E_CC] + "int newest = operand(1) + snprintf(a, 1, b);\n"),
    "absl::string_view in a source": (E_CC, CLEAN[E_CC] + "void F(absl::string_view);\n"),
    "wall clock in an application": ("examples/a.cc", LICENCE + "auto t = std::chrono::system_clock::now();\n"),
    "private dependency in a private header": (
        "libshadw/erasure/private.h",
        header("libshadw/erasure/private.h", '#include "libshadw/base/a.h"\n'),
    ),
    "public header of 260 lines": (E_H, header(E_H, "\n" * 256)),
    "anything in a build folder": ("build/dev/x.cc", "int* p = new int;\n"),
}


class CheckTreeTest(unittest.TestCase):
    def findings(self, path: str, text: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, content in {**CLEAN, path: text}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content, encoding="utf-8")
            return [f"{f.path} {f.line} {f.rule}" for f in check_tree(root)]

    def test_nothing_is_found_in_a_clean_tree(self) -> None:
        self.assertEqual(self.findings("README.md", "text\n"), [])

    def test_each_violation_is_found_where_it_is(self) -> None:
        for name, (path, text, expected) in VIOLATIONS.items():
            with self.subTest(name):
                self.assertIn(f"{path} {expected}", self.findings(path, text))

    def test_what_only_looks_like_a_violation_passes(self) -> None:
        for name, (path, text) in LOOKALIKES.items():
            with self.subTest(name):
                self.assertEqual(self.findings(path, text), [])


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
