# SPDX-License-Identifier: Apache-2.0
"""The stubs say what the extension does, and mypy says what the stubs say."""

import ast
import importlib
import inspect
import pathlib
import re
import subprocess
import sys

import pytest

import shadw
from shadw import _shadw, shard

HERE = pathlib.Path(__file__).parent
PACKAGE = pathlib.Path(shadw.__file__).parent
# `_dht` and `_sim` are the extension's halves of modules that are written in Python.
MODULES = [
    "_dht",
    "_sim",
    "crypto",
    "econ",
    "erasure",
    "reputation",
    "shard",
    "store",
    "telemetry",
    "vault",
]


def run(*arguments, cwd):
    done = subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=cwd
    )
    return done.returncode, done.stdout + done.stderr


def test_a_strict_mypy_accepts_a_typed_program_and_refuses_what_is_wrong_in_it(tmp_path):
    cache = tmp_path / "cache"
    flags = ["--strict", "--warn-unused-ignores", f"--cache-dir={cache}", "--config-file="]
    code, output = run("mypy", *flags, str(HERE / "typed_sample.py"), cwd=tmp_path)
    assert code == 0, output


def test_a_strict_mypy_accepts_the_package_itself(tmp_path):
    flags = ["--strict", f"--cache-dir={tmp_path / 'cache'}", "--config-file="]
    code, output = run("mypy", *flags, "-p", "shadw", cwd=tmp_path)
    assert code == 0, output


def classes():
    for name in MODULES:
        module = importlib.import_module(f"shadw.{name}")
        for thing in module.__all__:
            value = getattr(module, thing)
            if inspect.isclass(value) and value is not shard.Flag:
                yield f"shadw.{name}.{thing}", value


def test_the_stubs_have_what_the_extension_has(tmp_path):
    allowed = tmp_path / "allowed"
    # A metaclass of pybind11, and the __init__ that refuses where no constructor is bound.
    lines = [name for name, value in classes() if type(value) is not type]
    inherited = type(object.__init__)
    lines += [
        f"{name}.__init__"
        for name, value in classes()
        if isinstance(vars(value)["__init__"], inherited)
    ]
    allowed.write_text("\n".join(lines))
    modules = [f"shadw.{name}" for name in MODULES]
    code, output = run("mypy.stubtest", "--allowlist", str(allowed), *modules, cwd=tmp_path)
    assert code == 0, output


def parameters_of_stub(function):
    """(name, whether it has a default, whether it may stand without its name)."""
    spec = function.args
    positional = spec.posonlyargs + spec.args
    missing = len(positional) - len(spec.defaults)
    listed = [(one.arg, i >= missing, True) for i, one in enumerate(positional)]
    for one, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        listed.append((one.arg, default is not None, False))
    return [one for one in listed if one[0] != "self"]


def parameters_of_extension(function):
    """The same, from the signature that pybind11 writes."""
    signature = function.__doc__.split("\n", 1)[0]
    inside = signature[signature.index("(") + 1 : signature.rindex(") -> ")]
    parsed = ast.parse("def f(" + re.sub(r"<[^>]*>", "0", inside) + "): ...").body[0]
    return parameters_of_stub(parsed)


def functions_of_stub(name):
    tree = ast.parse((PACKAGE / f"{name}.pyi").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, getattr(_shadw, name), node
        if isinstance(node, ast.ClassDef) and node.name in vars(getattr(_shadw, name)):
            for method in node.body:
                decorators = [ast.unparse(one) for one in getattr(method, "decorator_list", [])]
                special = method.name in ("__eq__", "__hash__", "__len__") if isinstance(
                    method, ast.FunctionDef
                ) else True
                if special or {"property", "overload"} & set(decorators):
                    continue
                yield f"{node.name}.{method.name}", getattr(_shadw, name), method


@pytest.mark.parametrize("name", MODULES)
def test_parameters_are_called_the_same_in_stub_and_extension(name):
    compared = 0
    for path, module, node in functions_of_stub(name):
        function = module
        for part in path.split("."):
            function = getattr(function, part)
        assert parameters_of_stub(node) == parameters_of_extension(function), path
        compared += 1
    assert compared >= (1 if name == "_sim" else 5)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_shows_everything_of_the_extension_and_says_its_own_name(name):
    module = importlib.import_module(f"shadw.{name}")
    inside = getattr(_shadw, name)
    public = {thing for thing in dir(inside) if not thing.startswith("_")}
    assert public <= set(module.__all__)
    for thing in module.__all__:
        value = getattr(module, thing)
        if inspect.isclass(value):
            assert value.__module__ == f"shadw.{name}"
            assert value.__doc__


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").is_file()
    for name in MODULES:
        assert (PACKAGE / f"{name}.pyi").is_file()



def test_flags_are_those_of_the_format():
    assert {flag.name: flag.value for flag in shard.Flag} == _shadw.shard._FLAGS
