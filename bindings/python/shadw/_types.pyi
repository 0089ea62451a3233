# SPDX-License-Identifier: Apache-2.0
# What the stubs say of arguments. There is no such module at run time.
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

from shadw.crypto import Secret, SecretKey

Array: TypeAlias = NDArray[np.uint8]
# Rows of one length: an array with two dimensions, or buffers.
Rows: TypeAlias = Array | Sequence[Buffer]
Key: TypeAlias = SecretKey | Buffer
Sensitive: TypeAlias = SecretKey | Secret | Buffer
