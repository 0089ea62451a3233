# SPDX-License-Identifier: Apache-2.0
"""The pages of examples/formulas: nothing in dispute is left untold or undrawn."""

import html
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

TREE = pathlib.Path(__file__).resolve().parents[2]
FORMULAS = TREE / "examples" / "formulas"
sys.path.insert(0, str(FORMULAS))

import check  # noqa: E402
import make_pages  # noqa: E402
from headers import FormulaError  # noqa: E402

MODES = ("kCorrected", "kPaperLiteral", "kReference")


def sections_of(page):
    """The sections of a page by their heading."""
    found = {}
    for body in re.findall(r'<section id="[^"]+">(.*?)</section>', page, re.DOTALL):
        found[html.unescape(re.search(r"<h3><a[^>]*>(.*?)</a>", body)[1])] = body
    return found


def words_of(fragment):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


def curves_of(section):
    """The path of each curve, as drawn."""
    return re.findall(r'<g id="[^"]+-curve-\d+">\s*<path d="([^"]+)"', section)


def code_of(module):
    """Each public header as text, without asking the generator which those are."""
    listed = (TREE / "libshadw" / module / "CMakeLists.txt").read_text(encoding="utf-8")
    for name in re.findall(r"\w+\.h\b", listed):
        yield (TREE / "libshadw" / module / name).read_text(encoding="utf-8")


def without_comments(code):
    return re.sub(r"//[^\n]*", "", code)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("formulas")
    written = make_pages.make(TREE, out, list(make_pages.MODULES))
    return {path.stem: path.read_text(encoding="utf-8") for path in written}


@pytest.mark.parametrize("module", make_pages.MODULES)
def test_every_defect_of_a_header_is_shown_with_its_paper_its_modes_and_their_curves(pages, module):
    defects = [
        words_of(html.escape(re.sub(r"\n *// *", " ", text)))
        for code in code_of(module)
        for text in re.findall(r"^ *//   Defect +(.*(?:\n *// {8}.*)*)", code, re.MULTILINE)
    ]
    own = {k: s for k, s in sections_of(pages[module]).items() if '<div class="dispute">' in s}
    assert len(own) == len(defects) > 0
    for text in defects:
        assert sum(text.replace("`", "") in words_of(section) for section in own.values()) == 1
    for section in own.values():
        for title in ("The paper", "What is wrong with it", "Modes"):
            assert re.search(rf"<th>{title}</th><td>.*\w", section)
        assert curves_of(section)


@pytest.mark.parametrize("module", make_pages.MODULES)
def test_every_function_that_takes_a_formula_mode_shows_what_all_three_do(pages, module):
    sections = sections_of(pages[module])
    taking = {
        name
        for code in code_of(module)
        for name in re.findall(
            r"\b(\w+)\((?:[^;{}]|{})*?FormulaMode mode\b", without_comments(code)
        )
    }
    shown = {key.split("::")[-1]: section for key, section in sections.items()}
    for name in taking:
        for mode in MODES:
            assert f"<code>{mode}</code></b>" in shown[name], (name, mode)
    assert module in ("capacity", "telemetry") or len(taking) > 5


@pytest.mark.parametrize("module", make_pages.MODULES)
def test_there_is_a_curve_or_an_answer_for_each_mode_and_equal_ones_are_named(pages, module):
    compared = 0
    for key, section in sections_of(pages[module]).items():
        if (code := re.search(r"mode = (.+?)  # then (.+)", html.unescape(section))) is None:
            continue
        modes = [code[1], *code[2].split(", ")]
        curves = curves_of(section)
        refused = len(re.findall(r": no curve; the function answers kUnimplemented", section))
        assert len(curves) + refused == len(modes), key
        coincide = len(re.findall(r"\w+ and \w+ coincide here", section))
        assert len(set(curves)) >= len(curves) - coincide, key
        assert len(curves) == 1 or len(set(curves)) > 1, key
        compared += 1
    assert compared >= {"econ": 14, "reputation": 6, "capacity": 3, "telemetry": 1}[module]


@pytest.mark.parametrize("module", make_pages.MODULES)
def test_the_code_under_a_plot_gives_its_values(pages, module):
    shown = re.compile(
        r"<pre>(import numpy.*?)</pre>\s*<table class=\"values\">(.*?)</table>", re.S
    )
    for key, section in sections_of(pages[module]).items():
        if (found := shown.search(section)) is None:
            assert "No plot: " in section, key
            continue
        if "refused" in found[2]:
            continue
        names = {}
        exec(html.unescape(found[1]), names)
        y = np.asarray(names["y"], dtype=np.float64)
        picked = y[np.linspace(0, len(y) - 1, 5).round().astype(int)]
        rows = re.findall(r"<tr><td>[^<]*</td><td>([^<]*)</td>", found[2])
        assert rows == [f"{value:.10g}" for value in picked], key


def test_the_known_answers_of_the_catalogue_stand_on_the_page(pages):
    section = sections_of(pages["econ"])["BezierPrice"]
    assert "<tr><td>0.5</td><td>3.375</td><td>1.875</td></tr>" in section
    assert "<tr><td>0.25</td><td>1.953125</td><td>1.015625</td></tr>" in section


def test_a_page_needs_nothing_but_itself_and_its_links_lead_somewhere(pages):
    for name, page in pages.items():
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name
        assert not re.search(r'(?:src|href)="\w+:|@import|url\((?!#)|<script', page), name
        for target in re.findall(r'(?:href="|url\()#([^")]+)', page):
            assert target in ids, (name, target)
        for linked in re.findall(r'href="(\w+)\.html', page):
            assert linked in pages, (name, linked)


def test_the_pages_are_the_same_twice(tmp_path):
    """Once in this process, once in another that hashes otherwise."""
    some = ["capacity", "telemetry"]
    first = make_pages.make(TREE, tmp_path / "a", some)
    command = [sys.executable, FORMULAS / "make_pages.py", "--out", tmp_path / "b", *some]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    for path in first:
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def with_header(tmp_path, name, old, new):
    """A tree with telemetry alone, one of whose headers is another."""
    copy = tmp_path / "libshadw" / "telemetry"
    shutil.copytree(TREE / "libshadw" / "telemetry", copy)
    text = (copy / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


def refusal(tree):
    with pytest.raises(FormulaError) as caught:
        check.read(tree, "telemetry")
    return str(caught.value)


def test_an_unknown_row_is_refused_by_its_place_and_name(tmp_path):
    tree = with_header(
        tmp_path, "throughput.h", "//   Range    0 and more", "//   Rnage    0 and more"
    )
    assert re.match(r"libshadw/telemetry/throughput\.h:\d+: got row 'Rnage', need", refusal(tree))


def test_a_formula_without_an_example_is_refused_by_its_name(tmp_path):
    end = "}  // namespace shadw::telemetry"
    tree = with_header(
        tmp_path, "throughput.h", end, f"// Twice.\ndouble Twice(double x);\n\n{end}"
    )
    assert refusal(tree) == "telemetry: Twice has no plotted example"


def test_an_example_without_a_formula_is_refused_by_its_name(tmp_path):
    tree = with_header(tmp_path, "throughput.h", "double ObservedRps(", "double Observed(")
    assert "telemetry: the example of RateMeter::ObservedRps has no function" in refusal(tree)


def test_a_defect_without_its_paper_or_a_mode_without_a_word_is_refused(tmp_path):
    paper = "//   Paper    one average rate for light and full clients\n"
    tree = with_header(tmp_path / "a", "throughput.h", paper, "")
    assert refusal(tree) == (
        "telemetry: RequiredThroughput(ClientClass) is disputed and has no row Paper"
    )
    end = "}  // namespace shadw::telemetry"
    taking = "//   Modes    kCorrected  x + x\ndouble Twice(double x, FormulaMode mode);"
    tree = with_header(
        tmp_path / "b",
        "throughput.h",
        end,
        f"//   Paper    2 x\n//   Defect   none\n{taking}\n\n{end}",
    )
    for mode in MODES[1:]:
        assert f"Twice takes a FormulaMode and its row Modes does not say what {mode} does" in (
            refusal(tree)
        )
