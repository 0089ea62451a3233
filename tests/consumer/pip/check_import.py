# SPDX-License-Identifier: Apache-2.0
"""check_import.py VENV SOURCE: what `pip install .` put into a fresh environment."""

import importlib
import importlib.metadata
import pathlib
import sys


def main() -> None:
    venv, source = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
    import shadw

    package = pathlib.Path(shadw.__file__).resolve().parent
    assert package.is_relative_to(venv), f"shadw came from {package}, not from {venv}"
    assert not package.is_relative_to(source / "bindings"), "the checkout was imported"
    for name in ("erasure", "crypto", "shard", "vault", "dht", "sim"):
        importlib.import_module(f"shadw.{name}")
    assert (package / "py.typed").is_file(), "py.typed is not in the package"
    assert list(package.glob("*.pyi")), "no stubs in the package"

    files = importlib.metadata.files("shadw") or []
    strays = [f for f in files if f.parts[0] != "shadw" and ".dist-info" not in f.parts[0]]
    assert not strays, f"the wheel holds more than the package: {strays}"
    print(f"shadw {importlib.metadata.version('shadw')}: {len(files)} files")


main()
