# SPDX-License-Identifier: Apache-2.0
"""Ed25519 keys from seeds, for the programs here that ask for expanded keys or bare points
(RFC 8032, 5.1). Slow and not constant in time: test keys only."""

import hashlib

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
# A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
_NEUTRAL = (0, 1, 1, 0)
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def _add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, point):
    result = _NEUTRAL
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def expanded_key(seed: bytes) -> bytes:
    """The 64 bytes that libtorrent calls a secret key: scalar and prefix."""
    digest = bytearray(hashlib.sha512(seed).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    return bytes(digest)


def public_key(seed: bytes) -> bytes:
    return _encode(_times(int.from_bytes(expanded_key(seed)[:32], "little"), _BASE))


def _encode(point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, _P - 2, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def sign(seed: bytes, message: bytes) -> bytes:
    expanded, key = expanded_key(seed), public_key(seed)
    scalar = int.from_bytes(expanded[:32], "little")
    nonce = int.from_bytes(hashlib.sha512(expanded[32:] + message).digest(), "little") % _ORDER
    point = _encode(_times(nonce, _BASE))
    challenge = int.from_bytes(hashlib.sha512(point + key + message).digest(), "little")
    return point + ((nonce + challenge * scalar) % _ORDER).to_bytes(32, "little")
