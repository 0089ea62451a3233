# SPDX-License-Identifier: Apache-2.0
"""pandas, for those who have it: nothing else of the package needs it."""

from __future__ import annotations

import importlib
import typing


def pandas() -> typing.Any:
    try:
        return importlib.import_module("pandas")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "shadw: got no pandas, need it for a DataFrame (pip install pandas)", name="pandas"
        ) from error
