# SPDX-License-Identifier: Apache-2.0
# What the stubs say of arguments. There is no such module at run time.
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import typing_extensions
from numpy.typing import NDArray

from shadw.crypto import Secret, SecretKey

Array: TypeAlias = NDArray[np.uint8]
# Named apart because NumPy's own stubs call arrays buffers only from Python 3.12 on.
Buffer: TypeAlias = typing_extensions.Buffer | Array
# Rows of one length: an array with two dimensions, or buffers.
Rows: TypeAlias = Array | Sequence[Buffer]
Key: TypeAlias = SecretKey | Buffer
Sensitive: TypeAlias = SecretKey | Secret | Buffer
# A number, or an array or sequence of numbers: see "Numbers" in bindings/python/README.md.
Numbers: TypeAlias = npt.ArrayLike
