#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""zfec, and what Tahoe chains around it, measured like every peer: one JSON line, CPU time.

zfec codes over GF(2^8) with a table look-up a byte, and allocates what it returns; its C
runs over whole shards a call, so the interpreter costs nothing that shows. Arguments are
tuples, as its manual asks for speed. `--what limits` prints what it refuses.
"""

import argparse
import hashlib
import importlib.metadata
import json
import os
import sys
import time

import zfec

STAGGER_BYTES = 320


def measure(task, data_bytes, work):
    """GB of user data a CPU second; work(turn) handles data_bytes."""
    work(0)
    calls = 0
    start = time.process_time()
    while True:
        work(calls % task.sets)
        calls += 1
        seconds = time.process_time() - start
        if seconds >= task.seconds:
            return calls * data_bytes / seconds / 1e9


def random_sets(task):
    """Sets of k data shards in one piece of memory, staggered as every peer has them."""
    pitch = task.shard_bytes + STAGGER_BYTES
    memory = memoryview(os.urandom(task.sets * task.k * pitch))
    starts = range(0, len(memory), pitch)
    shards = [memory[at : at + task.shard_bytes] for at in starts]
    return [tuple(shards[s * task.k : (s + 1) * task.k]) for s in range(task.sets)]


def encode(task):
    coder = zfec.Encoder(task.k, task.n)
    sets = random_sets(task)
    wanted = tuple(range(task.k, task.n))
    return measure(task, task.k * task.shard_bytes, lambda turn: coder.encode(sets[turn], wanted))


def reconstruct(task):
    """Loses the first min(k, m) data shards. The decoder inverts its matrix at each call."""
    lost = min(task.k, task.n - task.k)
    coder = zfec.Encoder(task.k, task.n)
    numbers = tuple(range(lost, task.k + lost))
    sets = random_sets(task)
    present = [shards[lost:] + tuple(coder.encode(shards, numbers[-lost:])) for shards in sets]
    decoder = zfec.Decoder(task.k, task.n)
    if tuple(decoder.decode(present[0], numbers)) != sets[0]:
        sys.exit("peers: shards came back different")
    return measure(
        task, task.k * task.shard_bytes, lambda turn: decoder.decode(present[turn], numbers)
    )


def pipeline(task):
    """AES-CTR of the data, zfec, SHA-256 of every shard, stripe by stripe, without a copy.

    In Tahoe's favour: keys of 128 bits, as it uses; SHA-256 once, where it hashes twice; no
    hash trees and no second pass over the plaintext.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    stripe_bytes = task.k * task.shard_bytes
    plain = memoryview(os.urandom(task.sets * stripe_bytes))
    cipher_text = memoryview(bytearray(task.sets * stripe_bytes))
    coder = zfec.Encoder(task.k, task.n)
    wanted = tuple(range(task.k, task.n))
    parity = [None] * task.sets  # held until the next segment: it is what goes out

    def segment(_):
        encryptor = Cipher(algorithms.AES(bytes(16)), modes.CTR(bytes(16))).encryptor()
        hashes = [hashlib.sha256() for _ in range(task.n)]
        for s in range(task.sets):
            cells = cipher_text[s * stripe_bytes : (s + 1) * stripe_bytes]
            encryptor.update_into(plain[s * stripe_bytes : (s + 1) * stripe_bytes], cells)
            data = tuple(
                cells[i * task.shard_bytes : (i + 1) * task.shard_bytes] for i in range(task.k)
            )
            parity[s] = coder.encode(data, wanted)
            for state, cell in zip(hashes, data + tuple(parity[s])):
                state.update(cell)
        return [state.digest() for state in hashes]

    whole_segment = argparse.Namespace(sets=1, seconds=task.seconds)
    return measure(whole_segment, len(plain), segment)


def limits(_):
    """What zfec says to codes at and beyond its limits, on standard error."""
    for k, n in ((1, 1), (128, 256), (256, 256), (128, 257), (0, 4)):
        try:
            zfec.Encoder(k, n)
            answer = "accepted"
        except (zfec.Error, ValueError) as error:
            answer = str(error)
        print(f"zfec: k={k} n={n}: {answer}", file=sys.stderr)
    return 0.0


def version(what):
    text = importlib.metadata.version("zfec")
    if what == "pipeline":
        text += ", cryptography " + importlib.metadata.version("cryptography")
    return text + ", Python " + ".".join(map(str, sys.version_info[:3]))


def main():
    works = {"encode": encode, "reconstruct": reconstruct, "pipeline": pipeline, "limits": limits}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--what", choices=works, required=True)
    parser.add_argument("--code", default="10+4")
    parser.add_argument("--shard-bytes", type=int, default=65536)
    parser.add_argument("--sets", type=int, default=1, help="for the pipeline: stripes a segment")
    parser.add_argument("--seconds", type=float, default=0.3)
    task = parser.parse_args()
    task.k, m = map(int, task.code.split("+"))
    task.n = task.k + m
    line = {
        "peer": "zfec",
        "version": version(task.what),
        "what": task.what,
        "code": task.code,
        "shard_bytes": task.shard_bytes,
        "GBps": works[task.what](task),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
