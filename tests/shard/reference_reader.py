# SPDX-License-Identifier: Apache-2.0
"""Reads shards as libshadw/shard/FORMAT.md describes them, and shares nothing with the C++.

    python3 reference_reader.py tests/vectors/shard

opens every golden vector: derives the keys from the seed, opens headers box by box,
checks signatures, roots and MACs, and rebuilds the objects from every choice of k
shards. Needs the packages `pynacl` (XChaCha20-Poly1305) and `cryptography` (the rest).
"""

import base64
import dataclasses
import hashlib
import hmac
import itertools
import json
import pathlib
import struct
import sys

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as xchacha_open
from nacl.exceptions import CryptoError

HEADER = 1024
TAG = 16
HEAD_SEGMENT = 0xFFFFFFFF
LAST, META, BOUND, HEAD, TOMBSTONE, PRIVATE, INTENT, PACK = (1 << i for i in range(8))


class Refused(Exception):
    """Bytes that are not what they should be."""


def require(condition, what):
    if not condition:
        raise Refused(what)


# 1. Conventions


def h256(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def h128(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=16).digest()


def b256(key, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32, key=key).digest()


def b128(key, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=16, key=key).digest()


def kdf(key, label, *parts):
    return b256(key, bytes([len(label)]), label.encode(), *parts)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def le16(n):
    return struct.pack("<H", n)


def le32(n):
    return struct.pack("<I", n)


def le64(n):
    return struct.pack("<Q", n)


# 3. Keys

GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def vault_key(seed, network=0, vault=0, purpose=0):
    """BIP-32, hardened steps only: no curve arithmetic is needed."""
    state = hmac.new(b"Bitcoin seed", seed, hashlib.sha512).digest()
    key, chain = int.from_bytes(state[:32], "big"), state[32:]
    for step in (5459031, network, vault, purpose):
        data = b"\0" + key.to_bytes(32, "big") + (step | 1 << 31).to_bytes(4, "big")
        state = hmac.new(chain, data, hashlib.sha512).digest()
        key = (key + int.from_bytes(state[:32], "big")) % GROUP_ORDER
        chain = state[32:]
    return key.to_bytes(32, "big")


class Vault:
    def __init__(self, key):
        self.key = key
        self.match = kdf(key, "match")
        self.catalogue = kdf(key, "catalogue")

    def name_salt(self, name):
        return b128(self.catalogue, b"name", name.encode())

    def page_salt(self, depth, prefix):
        return b128(self.catalogue, b"page", bytes([depth]), prefix)

    def intent_salt(self):
        return b128(self.catalogue, b"intent")

    def dead_list_salt(self, pack_salt):
        return b128(self.catalogue, b"dead", pack_salt)

    def member_key(self, record):
        return kdf(self.key, "member", record)

    def bucket(self, name):
        return b256(self.catalogue, b"bucket", name.encode())

    def path_tag(self, name):
        return b256(self.catalogue, b"path", name.encode())

    def object(self, salt, generation):
        write = kdf(self.key, "write", salt)
        private = Ed25519PrivateKey.from_private_bytes(kdf(write, "sign"))
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        keys = Keys(salt + h128(public), read=kdf(write, "read", le32(generation)))
        keys.write = write
        keys.delete = kdf(write, "delete", le32(generation))
        keys.match = self.match
        return keys


class Keys:
    """The keys of one object, from the highest one given downwards."""

    def __init__(self, object_id, read=None, verify=None, audit=None):
        self.id = object_id
        self.write = self.delete = self.match = None
        self.read = read
        self.verify = kdf(read, "verify") if read else verify
        self.audit = kdf(self.verify, "audit") if self.verify else audit
        self.locate = kdf(self.audit, "locate")

    def storage_id(self, address):
        return b256(self.locate, self.id, address)

    def head_storage_id(self, sequence, node):
        return b256(kdf(self.verify, "head"), self.id, le64(sequence), node)

    def delete_token(self, node, storage_id):
        return b256(self.delete, node, storage_id)

    def outer_key(self, address, nonce):
        return kdf(self.audit, "outer", address, nonce)

    def body_mac_key(self, nonce):
        return kdf(self.verify, "body", nonce)


def address_of(version, segment, index, copy, node, epoch):
    return version + le32(segment) + le16(index) + le16(copy) + node + le32(epoch)


# 13. Capabilities


def decode_capability(text):
    for name, right, count in (("read", 3, 1), ("verify", 2, 3), ("audit", 1, 1)):
        prefix = f"shadw-{name}-1-"
        if not text.startswith(prefix):
            continue
        encoded = text[len(prefix) :]
        data = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        require(base64.urlsafe_b64encode(data).decode().rstrip("=") == encoded, "spelling")
        require(len(data) == 2 + 32 + 32 * count + 4, "length")
        require(data[-4:] == h256(b"shadw-capability", data[:-4])[:4], "checksum")
        require(data[0] == 1 and data[1] == right, "version or right")
        first, rest = data[34:66], data[66:-4]
        keys = Keys(data[2:34], **{name: first})
        if rest:
            keys.delete, keys.match = rest[:32], rest[32:]
        return keys
    raise Refused("prefix")


def decode_member_capability(text):
    """(keys of the pack, record id, key of the member)"""
    prefix = "shadw-member-1-"
    require(text.startswith(prefix), "prefix")
    encoded = text[len(prefix) :]
    data = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    require(len(data) == 2 + 32 + 32 + 16 + 32 + 4 and data[:2] == bytes((1, 5)), "length")
    require(data[-4:] == h256(b"shadw-capability", data[:-4])[:4], "checksum")
    return Keys(data[2:34], read=data[34:66]), data[66:82], data[82:114]


# 4. Header


def open_box(key, nonce, associated_data, box):
    try:
        return xchacha_open(box, associated_data, nonce, key)
    except CryptoError as error:
        raise Refused("authentication") from error


@dataclasses.dataclass
class Header:
    nonce: bytes
    audit_plain: bytes = b""
    flags: int = 0
    generation: int = 0
    sequence: int = 0
    version: bytes = b""
    segment: int = 0
    count: int = 0
    k: int = 0
    n: int = 0
    index: int = 0
    copy: int = 0
    c: int = 0
    cells: int = 0
    epoch: int = 0
    time: int = 0
    node: bytes = b""
    body_root: bytes = b""
    sealed: int = 0
    content_root: bytes = b""
    body_mac: bytes = b""
    attempt: int = 0
    signed_message: bytes = b""
    cek: bytes = b""
    object_size: int = 0
    plain: int = 0
    mtime: int = 0
    path_tag: bytes = b""
    previous: int = 0
    codec: int = 0
    metadata_bytes: int = 0
    metadata: bytes = b""

    @property
    def address(self):
        return address_of(
            self.version, self.segment, self.index, self.copy, self.node, self.epoch
        )

    @property
    def bare(self):
        return bool(self.flags & (HEAD | INTENT))


def recognise(data, match_key):
    """The object id in a header of the vault, None in others."""
    nonce = data[:24]
    if b128(match_key, nonce) != data[24:40]:
        return None
    mask = b256(match_key, nonce, b"O")
    return bytes(a ^ b for a, b in zip(data[40:72], mask))


def open_header(data, keys):
    """Opens the boxes as far as the keys reach."""
    require(len(data) >= HEADER, "authentication")
    nonce = data[:24]
    require(b256(keys.audit, nonce, b"A") == data[72:104], "authentication")
    plain = open_box(keys.audit, nonce, data[:104] + keys.id, data[104:HEADER])
    header = Header(nonce)
    parse_audit(header, plain[:132])
    if keys.verify:
        associated_data = data[:104] + keys.id + plain[:132]
        box_v = open_box(keys.verify, nonce, associated_data, plain[132:])
        box_r = parse_verify(header, box_v, keys)
        if keys.read:
            associated_data = keys.id + header.version + le32(header.segment)
            box = open_box(keys.read, box_r[:24], associated_data, box_r[24:])
            parse_read(header, box, box_v, keys)
    return header


def parse_audit(header, a):
    header.audit_plain = a
    require(a[0] == 1 and a[1] == 1 and a[2] == 1, "format, suite or erasure id")
    header.flags = a[3]
    header.generation, header.sequence = struct.unpack_from("<IQ", a, 4)
    header.version = a[16:32]
    header.segment, header.count = struct.unpack_from("<II", a, 32)
    header.k, header.n, header.index, header.copy = struct.unpack_from("<HHHH", a, 40)
    header.c, header.cells, header.epoch = struct.unpack_from("<III", a, 48)
    (header.time,) = struct.unpack_from("<q", a, 60)
    header.node, header.body_root = a[68:100], a[100:132]
    require(1 <= header.k <= header.n <= 255, "k and n")
    require(header.c in (4096, 32768), "cell size")
    require(header.flags & (HEAD | INTENT) != HEAD | INTENT, "head and intent")
    require(header.bare == (header.segment == HEAD_SEGMENT), "segment")
    if header.bare:
        require(header.cells == 0, "cells")
        return
    require(header.index < header.n, "index")
    require(header.cells in (1, 2, 4, 8, 16, 32, 64, 128), "cells")
    require(header.count == 0 or header.segment < header.count, "count")


def parse_verify(header, v, keys):
    (header.sealed,) = struct.unpack_from("<Q", v, 0)
    public, signature, commitment = v[8:40], v[40:104], v[104:136]
    header.content_root, box_r_hash, header.body_mac = v[136:168], v[168:200], v[200:216]
    (header.attempt,) = struct.unpack_from("<I", v, 216)
    box_r = v[232:]
    require(len(box_r) == 524 and h256(box_r) == box_r_hash, "authentication")
    require(h128(public) == keys.id[16:], "authentication")
    header.signed_message = (
        (b"shadw-head-1" if header.bare else b"shadw-shard-1")
        + header.audit_plain[:4]
        + keys.id
        + le32(header.generation)
        + le64(header.sequence)
        + header.version
        + le32(header.segment)
        + le32(header.attempt)
        + le16(header.k)
        + le16(header.n)
        + le32(header.c)
        + le64(header.sealed)
        + commitment
        + box_r_hash
        + header.content_root
        + (le32(header.count) + header.body_root if header.bare else b"")
    )
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, header.signed_message)
    except InvalidSignature as error:
        raise Refused("authentication") from error
    if not header.bare:
        stripes = -(-header.sealed // (header.k * header.c))
        require(header.sealed > 0 and header.sealed % header.c == 0, "sealed length")
        require(1 << (stripes - 1).bit_length() == header.cells, "sealed length")
    return box_r


def parse_read(header, r, v, keys):
    require(len(r) == 484, "box R")
    header.cek = r[:32]
    header.object_size, header.plain, header.mtime = struct.unpack_from("<QQq", r, 32)
    header.path_tag = r[56:88]
    (header.previous,) = struct.unpack_from("<Q", r, 88)
    header.codec, header.metadata_bytes = struct.unpack_from("<BH", r, 112)
    if not header.flags & META:
        require(header.metadata_bytes <= 369, "metadata length")
        header.metadata = r[115 : 115 + header.metadata_bytes]
    commitment = kdf(header.cek, "commit", keys.id, header.version, le32(header.segment))
    require(commitment == v[104:136], "authentication")
    if not header.bare:
        chunks = max(1, -(-header.plain // (header.c - TAG)))
        require(chunks * header.c == header.sealed, "plain length")
    require(header.codec in (0, 1), "codec")


# 5. Metadata


def decode_metadata(data):
    values, at, previous = {}, 0, -1
    while at < len(data):
        require(at + 3 <= len(data), "metadata")
        kind, length = struct.unpack_from("<BH", data, at)
        require(kind > previous and at + 3 + length <= len(data), "metadata")
        require(kind % 2 == 1 or kind in (2, 4, 6, 8), "unknown even metadata")
        values[kind] = data[at + 3 : at + 3 + length]
        at, previous = at + 3 + length, kind
    return values


# 6. Compression: stored frames only, this reader has no zstd.


def unpack_frames(stream, plain_bytes):
    frames = -(-plain_bytes // 131072)
    require(struct.unpack_from("<I", stream)[0] == frames, "frame table")
    words = struct.unpack_from(f"<{frames}I", stream, 4)
    at, plain = 4 + 4 * frames, b""
    for word in words:
        require(word >> 31 == 1, "this reader knows stored frames only")
        plain += stream[at : at + (word & 0x7FFFFFFF)]
        at += word & 0x7FFFFFFF
    require(at == len(stream) and len(plain) == plain_bytes, "frame table")
    return plain


# 12. Packs


def pack_index(pack):
    """record id -> (offset, length)"""
    (count,) = struct.unpack_from("<I", pack, len(pack) - 4)
    begin = len(pack) - 4 - 24 * count
    require(begin >= 0, "index")
    index, previous = {}, b""
    for at in range(begin, len(pack) - 4, 24):
        record, offset, length = struct.unpack_from("<16sII", pack, at)
        require(record > previous and offset + length <= begin, "index")
        index[record], previous = (offset, length), record
    return index


def open_member(record, key, data):
    """(mtime, put time, metadata, content)"""
    said, length, nonce, commitment = struct.unpack_from("<16sI24s32s", data)
    require(said == record and len(data) == 76 + length, "record")
    require(commitment == kdf(key, "commit", record), "commitment")
    box = open_box(key, nonce, record, data[76:])
    mtime, put_time, codec, size, metadata_bytes = struct.unpack_from("<qqBIH", box)
    metadata, stream = box[23 : 23 + metadata_bytes], box[23 + metadata_bytes :]
    content = unpack_frames(stream, size) if codec == 1 else stream
    require(codec <= 1 and len(content) == size, "size")
    return mtime, put_time, decode_metadata(metadata), content


# 7. The pipeline, backwards


def gf_tables():
    exponents, logarithms, x = [0] * 510, [0] * 256, 1
    for i in range(255):
        exponents[i] = exponents[i + 255] = x
        logarithms[x] = i
        x = x << 1 ^ (0x11D if x & 0x80 else 0)
    return exponents, logarithms


EXP, LOG = gf_tables()


def gf_multiply(a, b):
    return EXP[LOG[a] + LOG[b]] if a and b else 0


def gf_inverse(a):
    return EXP[255 - LOG[a]]


MULTIPLY = [bytes(gf_multiply(a, b) for b in range(256)) for a in range(256)]


def combine(coefficients, cells):
    total = 0
    for coefficient, cell in zip(coefficients, cells):
        if coefficient:
            total ^= int.from_bytes(cell.translate(MULTIPLY[coefficient]), "little")
    return total.to_bytes(len(cells[0]), "little")


def generator_row(index, k):
    if index < k:
        return [int(i == index) for i in range(k)]
    return [gf_inverse(index ^ j) for j in range(k)]


def inverted(matrix):
    size = len(matrix)
    rows = [row[:] + [int(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(i for i in range(column, size) if rows[i][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = gf_inverse(rows[column][column])
        rows[column] = [gf_multiply(scale, x) for x in rows[column]]
        for i in range(size):
            factor = rows[i][column]
            if i != column and factor:
                rows[i] = [x ^ gf_multiply(factor, y) for x, y in zip(rows[i], rows[column])]
    return [row[size:] for row in rows]


def decode_stripe(cells, k):
    """The k data cells from any k cells, given by index."""
    chosen = sorted(cells)[:k]
    inverse = inverted([generator_row(j, k) for j in chosen])
    return [combine(row, [cells[j] for j in chosen]) for row in inverse]


def gcm_open(key, nonce, associated_data, sealed):
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated_data)
    except InvalidTag as error:
        raise Refused("authentication") from error


def unwrap(shard, header, keys):
    """The inner cells of a shard."""
    stored, address = header.c + TAG, header.address
    require(len(shard) == HEADER + header.cells * stored, "shard length")
    key = keys.outer_key(address, header.nonce)
    return [
        gcm_open(
            key,
            le64(t) + bytes(4),
            keys.id + address + le32(t),
            shard[HEADER + t * stored : HEADER + (t + 1) * stored],
        )
        for t in range(header.cells)
    ]


def merkle_root(leaves):
    leaves = leaves + [bytes(32)] * ((1 << (len(leaves) - 1).bit_length()) - len(leaves))
    while len(leaves) > 1:
        leaves = [sha(b"\1", a, b) for a, b in zip(leaves[::2], leaves[1::2])]
    return leaves[0]


def check_shard(shard, header, keys):
    """Body root and body MAC; returns the public root."""
    cells = unwrap(shard, header, keys)
    mac = AESGCM(keys.body_mac_key(header.nonce)).encrypt(bytes(12), b"", b"".join(cells))
    require(mac == header.body_mac, "body MAC")
    if header.flags & PRIVATE:
        require(header.body_root == bytes(32), "body root")
        return bytes(32)
    leaf = (header.c + TAG) // (8 if header.c == 32768 else 1)
    body = shard[HEADER:]
    leaves = [sha(body[at : at + leaf]) for at in range(0, len(body), leaf)]
    require(merkle_root(leaves) == header.body_root, "body root")
    return sha(b"\2", sha(shard[:HEADER]), le32(len(leaves)), header.body_root)


def read_segment(shards, keys):
    """The object's bytes that a segment holds, from k or more of its shards."""
    opened = [(open_header(shard, keys), shard) for shard in shards]
    header = opened[0][0]
    cells = {h.index: unwrap(shard, h, keys) for h, shard in opened}
    require(len(cells) >= header.k, "too few shards")
    chunks = header.sealed // header.c
    sealed = []
    for stripe in range(-(-chunks // header.k)):
        sealed += decode_stripe({j: column[stripe] for j, column in cells.items()}, header.k)
    require(not any(b"".join(sealed[chunks:])), "columns behind the last chunk")
    sealed = sealed[:chunks]
    if header.flags & BOUND:
        require(merkle_root([sha(cell) for cell in sealed]) == header.content_root, "content root")
    plain = b"".join(
        gcm_open(header.cek, le64(i) + bytes(3) + bytes([i + 1 == chunks]), b"", cell)
        for i, cell in enumerate(sealed)
    )
    require(not any(plain[header.plain :]), "padding")
    plain = plain[: header.plain]
    metadata = header.metadata
    if header.flags & META:
        metadata, plain = plain[: header.metadata_bytes], plain[header.metadata_bytes :]
    if header.codec == 1:
        plain = unpack_frames(plain, struct.unpack("<QQ", decode_metadata(metadata)[6])[1])
    return plain


# 8. Heads


def head_hash(header):
    return h256(header.signed_message)


def kept_sequences(newest):
    kept = {newest - 1} if newest > 1 else set()
    kept |= {1 << i for i in range(newest.bit_length())}
    rest = newest
    while rest:
        kept.add(rest)
        rest &= rest - 1
    return sorted(kept)


# 16. Golden vectors


def from_hex(vector, name):
    return bytes.fromhex(vector[name])


def address_in(vector):
    a = vector["address"]
    return address_of(
        from_hex(a, "version"), a["segment"], a["index"], a["copy"], from_hex(a, "node"), a["epoch"]
    )


def check_keys(vectors):
    for v in vectors["vaults"]:
        vault = Vault(vault_key(from_hex(v, "seed"), v["network"], v["vault"], v["purpose"]))
        assert vault.match == from_hex(v, "match")
        assert vault.intent_salt() == from_hex(v, "intent_salt")
        assert vault.page_salt(0, b"") == from_hex(v, "root_page_salt")
        assert vault.page_salt(1, b"\x0a") == from_hex(v, "page_salt_1_0a")
        for o in v["objects"]:
            check_object(vault, o)
    for newest, kept in vectors["kept_sequences"].items():
        assert kept_sequences(int(newest)) == kept
    return sum(len(v["objects"]) for v in vectors["vaults"])


def check_object(vault, o):
    assert vault.name_salt(o["name"]) == from_hex(o, "salt")
    assert vault.bucket(o["name"]) == from_hex(o, "bucket")
    assert vault.path_tag(o["name"]) == from_hex(o, "path_tag")
    keys = vault.object(from_hex(o, "salt"), o["generation"])
    for name in ("id", "write", "read", "verify", "audit", "delete", "locate"):
        assert getattr(keys, name) == from_hex(o["keys"], name), name
    address, nonce = address_in(o), from_hex(o, "header_nonce")
    node = from_hex(o["address"], "node")
    assert keys.storage_id(address) == from_hex(o, "storage_id")
    assert keys.delete_token(node, keys.storage_id(address)) == from_hex(o, "delete_token")
    assert keys.outer_key(address, nonce) == from_hex(o, "outer_key")
    assert keys.body_mac_key(nonce) == from_hex(o, "body_mac_key")
    assert keys.head_storage_id(o["head_sequence"], node) == from_hex(o, "head_storage_id")
    for right, text in o["keys"]["capabilities"].items():
        shared = decode_capability(text)
        assert shared.id == keys.id and shared.audit == keys.audit
        assert shared.verify == (None if right == "audit" else keys.verify)
        assert shared.read == (keys.read if right == "read" else None)
        assert shared.delete == (keys.delete if right == "verify" else None)


def check_segment(vector):
    vault = Vault(vault_key(from_hex(vector, "vault_seed")))
    keys = vault.object(vault.name_salt(vector["name"]), vector["generation"])
    shards = []
    for index, v in enumerate(vector["shards"]):
        shard = from_hex(v, "bytes" if "bytes" in v else "header")
        header = open_header(shard, keys)
        assert recognise(shard, vault.match) == keys.id
        assert header.address == address_in(v) and header.index == index
        assert keys.storage_id(header.address) == from_hex(v, "storage_id")
        assert (header.k, header.n, header.c) == (vector["k"], vector["n"], vector["cell_bytes"])
        assert (header.flags, header.sequence) == (vector["flags"], vector["sequence"])
        assert header.object_size == vector["object_bytes"]
        assert header.path_tag == vault.path_tag(vector["name"])
        assert header.content_root == from_hex(vector, "content_root")
        metadata = decode_metadata(header.metadata)
        assert metadata[2] == vector["name"].encode()
        assert metadata.get(11, bytes(4)) == le32(vector["mode"])
        if "bytes" in v:
            assert sha(shard) == from_hex(v, "sha256")
            assert check_shard(shard, header, keys) == from_hex(v, "public_root")
            shards.append(shard)
    for choice in itertools.combinations(shards, vector["k"]) if shards else ():
        assert sha(read_segment(choice, keys)) == from_hex(vector, "object_sha256")
    return keys, shards


def check_heads(vectors, seed):
    vault = Vault(vault_key(seed))
    previous = bytes(32)
    for v in vectors["heads"]:
        keys = vault.object(vault.name_salt(v["name"]), 0)
        header = open_header(from_hex(v, "header"), keys)
        assert header.flags & HEAD and bool(header.flags & TOMBSTONE) == v["tombstone"]
        assert header.sequence == v["sequence"] and header.node == from_hex(v, "node")
        assert header.object_size == v["object_bytes"] and header.cek == bytes(32)
        assert header.body_root == previous and header.previous == v["sequence"] - 1
        assert keys.head_storage_id(v["sequence"], header.node) == from_hex(v, "storage_id")
        previous = head_hash(header)
        assert previous == from_hex(v, "head_hash")
    v = vectors["intent"]
    keys = vault.object(vault.intent_salt(), 0)
    header = open_header(from_hex(v, "header"), keys)
    assert header.flags == INTENT and header.sequence == v["slot"]
    assert keys.head_storage_id(v["slot"], header.node) == from_hex(v, "storage_id")
    expected = from_hex(v, "object") + le32(v["generation"]) + le64(v["sequence"])
    expected += from_hex(v, "version") + le64(v["lease_end_ns"]) + le32(v["epoch"])
    assert decode_metadata(header.metadata) == {8: expected}


def check_packs(vector):
    vault = Vault(vault_key(from_hex(vector, "vault_seed")))
    salt, pack = from_hex(vector, "salt"), from_hex(vector, "pack")
    assert vault.dead_list_salt(salt) == from_hex(vector, "dead_list_salt")
    index = pack_index(pack)
    assert len(index) == len(vector["members"])
    for m in vector["members"]:
        keys, record, key = decode_member_capability(m["capability"])
        assert keys.id == vault.object(salt, 0).id and keys.read == vault.object(salt, 0).read
        assert record == from_hex(m, "record") and key == from_hex(m, "key")
        assert key == vault.member_key(record)
        offset, length = index[record]
        data = pack[offset : offset + length]
        mtime, put_time, metadata, content = open_member(record, key, data)
        assert (mtime, put_time) == (m["mtime_ns"], m["put_time_ns"])
        assert metadata[2].decode() == m["name"] and metadata.get(4, b"\0")[0] == m["kind"]
        assert metadata[11] == le32(m["mode"]) and content == from_hex(m, "content")
        for at in range(length):
            changed = bytearray(data)
            changed[at] ^= 1
            try:
                open_member(record, key, bytes(changed))
            except Refused:
                continue
            raise AssertionError(f"byte {at} was changed and nobody noticed")


def check_refusals(keys, shard):
    """What every reader must notice."""
    for at in [*range(0, HEADER, 37), HEADER, len(shard) - 1]:
        changed = bytearray(shard)
        changed[at] ^= 1
        try:
            unwrap(bytes(changed), open_header(bytes(changed), keys), keys)
        except Refused:
            continue
        raise AssertionError(f"byte {at} was changed and nobody noticed")


def check_all(directory):
    """Opens every vector; the number of shards that were opened with all their bytes."""
    load = lambda name: json.loads((pathlib.Path(directory) / name).read_text("utf-8"))
    assert check_keys(load("keys.json")) > 0
    segments, opened = load("segments.json"), 0
    by_case = {}
    for vector in segments:
        by_case[vector["case"]] = check_segment(vector)
        opened += len(by_case[vector["case"]][1])
    rotated = load("rotated.json")
    keys, shards = by_case[rotated["of_case"]]
    moved = from_hex(rotated["shard"], "bytes")
    header = open_header(moved, keys)
    old = open_header(shards[header.index], keys)
    assert unwrap(moved, header, keys) == unwrap(shards[header.index], old, keys)
    assert check_shard(moved, header, keys) == from_hex(rotated["shard"], "public_root")
    assert read_segment([shards[0], moved], keys) == read_segment(shards[:2], keys)
    check_heads(load("heads.json"), from_hex(segments[0], "vault_seed"))
    check_packs(load("packs.json"))
    check_refusals(keys, shards[0])
    return opened + 1


if __name__ == "__main__":
    print(f"{check_all(sys.argv[1])} shards opened")
