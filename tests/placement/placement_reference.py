#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The placement algorithm, told a second time, slowly and with exact numbers.

    python3 tests/placement/placement_reference.py > tests/vectors/placement.json

It follows libshadw/placement/README.md and shares nothing with the C++: it sorts all
pairs at once with rational numbers, and checks its logarithm against `decimal`.
"""
import hashlib
import json
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60
LN2 = Decimal(2).ln()


def keyed_hash(seed, label, message):
    return hashlib.blake2b(bytes([len(label)]) + label + message, key=seed, digest_size=32).digest()


def mix(x):
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
    return x ^ (x >> 31)


def negative_log2(h):
    """-log2((h + 1) / 2^64) in units of 2^-57."""
    if h == 2**64 - 1:
        return 0
    length = (h + 1).bit_length()
    mantissa = (h + 1) << (64 - length)
    fraction = 0
    for _ in range(57):
        square = mantissa * mantissa
        digit = square >> 127
        mantissa = square >> (63 + digit)
        fraction = 2 * fraction + digit
    result = ((65 - length) << 57) - fraction
    exact = -(Decimal(h + 1) / Decimal(2**64)).ln() / LN2 * Decimal(2**57)
    assert Decimal(0) <= result - exact < Decimal(2), (h, result, exact)
    return result


def ring(node, seed, key, shard):
    drawn = keyed_hash(seed, b"placement", key + bytes.fromhex(node["id"]))
    start = int.from_bytes(drawn[:8], "little")
    step = int.from_bytes(drawn[8:16], "little") | 1
    h = mix((start + (shard + 1) * step) % 2**64)
    # Earliest first: the quotient, then the larger hash, then the smaller id and shard.
    return (Fraction(negative_log2(h), node["weight"]), 2**64 - h, node["id"], shard)


def rank(nodes, seed, key):
    return sorted(range(len(nodes)), key=lambda i: ring(nodes[i], seed, key, 0))


def assign(nodes, shards, rule, seed, key):
    k = rule["data_shards"]
    maximum = {
        "id": rule["max_per_node"],
        "owner": rule["max_per_owner"] or max(1, k - 1),
        "subnet": rule["max_per_subnet"] or max(1, k - 1),
    }
    pairs = sorted(
        (ring(nodes[i], seed, key, shard), shard, i) for shard in range(shards) for i in range(len(nodes))
    )
    holders = [None] * shards
    taken = {}
    for _, shard, i in pairs:
        fates = [(field, nodes[i][field]) for field in maximum if nodes[i][field]]
        if holders[shard] is None and all(taken.get(f, 0) < maximum[f[0]] for f in fates):
            holders[shard] = i
            for f in fates:
                taken[f] = taken.get(f, 0) + 1
    assert None not in holders, "a vector must not run into a corner"
    return holders


def make_case(number, count, shards, rule, weights, owners, subnets):
    def draw(what, i=0):
        return hashlib.blake2b(f"case {number} {what} {i}".encode(), digest_size=32).digest()

    nodes = [
        {
            "id": draw("node", i).hex(),
            "weight": weights[i % len(weights)],
            "owner": owners[i % len(owners)],
            "subnet": subnets[i % len(subnets)],
        }
        for i in range(count)
    ]
    seed, key = draw("seed"), draw("key")[: number % 33]
    return {
        "nodes": nodes,
        "total_shards": shards,
        "rule": rule,
        "seed": seed.hex(),
        "key": key.hex(),
        "rank": rank(nodes, seed, key),
        "holders": assign(nodes, shards, rule, seed, key),
    }


def make_rule(k, node=1, owner=0, subnet=0):
    return {"data_shards": k, "max_per_node": node, "max_per_owner": owner, "max_per_subnet": subnet}


def main():
    cases = [
        make_case(0, 1, 1, make_rule(1), [1], [""], [""]),
        make_case(7, 14, 14, make_rule(10), [1], [""], [""]),
        make_case(32, 60, 14, make_rule(10), [1, 2, 5, 100, 2**32 - 1], [""], [""]),
        make_case(40, 50, 35, make_rule(29, 2), [3, 1], ["", "a", "b"], ["", "x", "y", "z", "x"]),
        make_case(65, 40, 6, make_rule(4, 1, 1, 1), [1, 7], list("abcdefghij"), list("123456789") + ["", ""]),
        make_case(99, 120, 80, make_rule(29, 3, 12, 9), [1, 1, 1, 40], list("abcdefgh") + [""] * 3, list("uvwxyz") + [""] * 7),
    ]
    hashes = [0, 1, 2, 2**63 - 1, 2**63, 2**64 - 1, 2**64 - 2, 2**64 - 3, 2**32, 3 * 2**61 - 1]
    hashes += [mix(i * 0x9E3779B97F4A7C15 % 2**64) for i in range(1, 200)]
    hashes += [2**64 - 1 - (mix(i) >> (i % 64)) for i in range(1, 200)]
    logs = [[str(h), str(negative_log2(h))] for h in hashes]
    rows = ",\n".join(json.dumps(case) for case in cases)
    print('{"source": "tests/placement/placement_reference.py",\n"cases": [\n' + rows + '\n],\n"logs": ' + json.dumps(logs) + "}")


if __name__ == "__main__":
    main()
