# SPDX-License-Identifier: Apache-2.0
"""shadw.shard against the golden vectors of the format, and the binding's own contract."""

import itertools
import json

import numpy as np
import pytest

import shadw
from shadw import crypto, shard
from shadw.erasure import Code
from shadw.shard import Flag, ShardAddress

# The seeds of the cases of segments.json, in their order (tests/shard/golden_vectors.cc).
SEEDS = (21, 22, 23, 24, 25)


def load(vectors, name):
    return json.loads((vectors / "shard" / name).read_text(encoding="utf-8"))


def address_of(vector):
    return ShardAddress(
        version=bytes.fromhex(vector["version"]),
        segment=vector["segment"],
        index=vector["index"],
        copy=vector["copy"],
        node=bytes.fromhex(vector["node"]),
        epoch=vector["epoch"],
    )


def keys_of(case):
    vault = shard.VaultKeys.from_seed(bytes.fromhex(case["vault_seed"]))
    return vault.for_name(case["name"], case["generation"])


@pytest.fixture
def vault():
    return shard.VaultKeys.from_seed(crypto.SecretKey(bytes(range(32))))


@pytest.fixture
def keys(vault):
    return vault.for_name("notes.txt")


NODES = np.arange(6 * 32, dtype=np.uint8).reshape(6, 32)


@pytest.fixture
def plain(rng):
    return rng.bytes(300_000)


@pytest.fixture
def sealed(keys, plain):
    return shard.seal_segment(keys, plain, code=Code(4, 2), nodes=NODES)


def test_threads_seal_the_same_bytes(keys, plain):
    alone, together = (
        shard.seal_segment(
            keys,
            plain,
            code=Code(4, 2),
            nodes=NODES,
            threads=threads,
            random=crypto.SeededRandom(1),
        )
        for threads in (1, 3)
    )
    assert [bytes(one) for one in alone.shards] == [bytes(one) for one in together.shards]


# --- golden vectors ---


def test_every_key_and_id_of_the_golden_vectors_is_derived(vectors):
    ran = 0
    for entry in load(vectors, "keys.json")["vaults"]:
        path = {part: entry[part] for part in ("network", "vault", "purpose")}
        vault = shard.VaultKeys.from_seed(bytes.fromhex(entry["seed"]), **path)
        assert vault.match_key.reveal().hex() == entry["match"]
        assert vault.intent_salt.hex() == entry["intent_salt"]
        assert vault.page_salt(0, b"").hex() == entry["root_page_salt"]
        assert vault.page_salt(1, b"\x0a").hex() == entry["page_salt_1_0a"]
        for thing in entry["objects"]:
            keys = vault.for_name(thing["name"], thing["generation"])
            assert vault.name_salt(thing["name"]).hex() == thing["salt"]
            assert vault.name_bucket(thing["name"]).hex() == thing["bucket"]
            assert vault.path_tag(thing["name"]).hex() == thing["path_tag"]
            assert keys.id.hex() == thing["keys"]["id"]
            for part in ("write", "read", "verify", "audit", "delete", "locate"):
                assert getattr(keys, f"{part}_key").reveal().hex() == thing["keys"][part]
            for right, text in thing["keys"]["capabilities"].items():
                assert shard.encode_capability(keys, right) == text
                assert shard.decode_capability(text).right == right
            address = address_of(thing["address"])
            nonce = bytes.fromhex(thing["header_nonce"])
            assert keys.shard_storage_id(address).hex() == thing["storage_id"]
            storage_id = bytes.fromhex(thing["storage_id"])
            assert keys.token_for(address.node, storage_id).hex() == thing["delete_token"]
            assert keys.outer_key(address, nonce).reveal().hex() == thing["outer_key"]
            assert keys.body_mac_key(nonce).reveal().hex() == thing["body_mac_key"]
            head = keys.head_storage_id(thing["head_sequence"], address.node)
            assert head.hex() == thing["head_storage_id"]
            ran += 1
    assert ran == 4
    for newest, kept in load(vectors, "keys.json")["kept_sequences"].items():
        assert shard.kept_sequences(int(newest)) == kept


def test_every_golden_segment_opens_from_every_choice_of_its_shards(vectors):
    for case in load(vectors, "segments.json"):
        if "bytes" not in case["shards"][0]:
            continue
        keys = keys_of(case)
        shards = [bytes.fromhex(one["bytes"]) for one in case["shards"]]
        for kept in itertools.combinations(shards, case["k"]):
            opened = shard.open_segment(keys, kept)
            assert opened.faults == [] and opened.unopened == []
            read = shard.open_header(keys, kept[0]).read
            data = opened.plain
            if read.codec == 1:
                data = shard.unpack_frames(data, case["object_bytes"])
            assert crypto.sha256(data).hex() == case["object_sha256"]


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_a_golden_segment_is_sealed_again_to_the_last_byte(vectors, number):
    case = load(vectors, "segments.json")[number]
    addresses = [address_of(one["address"]) for one in case["shards"]]
    data = crypto.SeededRandom(7).bytes(case["object_bytes"])
    framed = case["case"] == "one stored frame"
    sealed = shard.seal_segment(
        keys_of(case),
        shard.pack_frames(data) if framed else data,
        code=Code(case["k"], case["n"] - case["k"]),
        nodes=[address.node for address in addresses],
        version=addresses[0].version,
        sequence=case["sequence"],
        flags=case["flags"],
        epoch=1621,
        time_ns=1_700_000_000_123_456_789,
        attempt=2,
        object_bytes=len(data),
        mtime_ns=1_600_000_000_000_000_001,
        metadata=shard.Metadata(
            case["name"],
            mode=case["mode"] or None,
            extent=(0, len(data)) if framed else None,
        ),
        path_tag=shard.VaultKeys.from_seed(bytes.fromhex(case["vault_seed"])).path_tag(case["name"]),
        previous_sequence=2,
        codec=1 if framed else 0,
        cell_bytes=case["cell_bytes"],
        random=crypto.SeededRandom(SEEDS[number]),
    )
    assert sealed.addresses == addresses
    for made, root, golden in zip(sealed.shards, sealed.public_roots, case["shards"], strict=True):
        assert crypto.sha256(made).hex() == golden["sha256"]
        assert root.hex() == golden["public_root"]


def test_the_golden_shard_is_rotated_again_to_the_last_byte(vectors):
    golden = load(vectors, "rotated.json")
    case = next(c for c in load(vectors, "segments.json") if c["case"] == golden["of_case"])
    keys = keys_of(case)
    address = address_of(golden["shard"]["address"])
    old = bytes.fromhex(case["shards"][address.index]["bytes"])
    target = shard.RewrapTarget(
        address.index,
        address.node,
        address.epoch,
        replaces=shard.open_header(keys, old, to="verify"),
    )
    (made,) = shard.rewrap_shards(keys, [old], [target], random=crypto.SeededRandom(77))
    assert made.bytes.tobytes().hex() == golden["shard"]["bytes"]
    assert made.public_root.hex() == golden["shard"]["public_root"]
    assert made.address == address
    assert keys.shard_storage_id(made.address).hex() == golden["shard"]["storage_id"]


def test_the_golden_heads_are_chained(vectors):
    golden = load(vectors, "heads.json")
    case = next(c for c in load(vectors, "segments.json") if c["case"] == "tiny")
    keys, previous = keys_of(case), bytes(32)
    for vector in golden["heads"]:
        head = shard.open_header(keys, bytes.fromhex(vector["header"]))
        assert Flag.HEAD in Flag(head.audit.flags)
        assert (Flag.TOMBSTONE in Flag(head.audit.flags)) == vector["tombstone"]
        assert head.audit.sequence == vector["sequence"]
        assert head.audit.body_root == previous
        assert head.read.object_bytes == vector["object_bytes"]
        assert head.verify.sealed_bytes == 8192 * (3 - vector["sequence"])
        previous = shard.head_hash(keys.id, head)
        assert previous.hex() == vector["head_hash"]


def test_the_golden_intent_says_what_it_announces(vectors):
    golden = load(vectors, "heads.json")["intent"]
    case = load(vectors, "segments.json")[0]
    vault = shard.VaultKeys.from_seed(bytes.fromhex(case["vault_seed"]))
    keys = vault.for_salt(vault.intent_salt)
    head = shard.open_header(keys, bytes.fromhex(golden["header"]))
    intent = shard.Metadata.decode(head.read.metadata).intent
    assert intent.object.hex() == golden["object"]
    assert intent.version.hex() == golden["version"]
    for part in ("generation", "sequence", "lease_end_ns", "epoch"):
        assert getattr(intent, part) == golden[part]


# --- seal and open ---


def test_a_segment_opens_from_any_order_and_only_with_k_shards(keys, plain, sealed):
    shards = sealed.shards
    assert shard.open_segment(keys, shards).plain == plain
    assert shard.open_segment(keys, shards[:1:-1]).plain == plain
    assert shard.open_segment(keys, shards[:1:-1], threads=2).plain == plain
    with pytest.raises(shadw.PreconditionError, match="got 3 shards of a segment, need 4"):
        shard.open_segment(keys, shards[:3])
    with pytest.raises(shadw.PreconditionError):
        shard.open_segment(keys, [])


def test_a_range_is_what_was_asked_for_and_may_not_leave_the_segment(keys, plain, sealed):
    end = len(plain)
    for offset, count in [(0, 0), (0, 1), (12345, 70_000), (end - 1, 1), (end, 0)]:
        opened = shard.open_segment(keys, sealed.shards, offset=offset, count=count)
        assert opened.plain == plain[offset : offset + count]
    assert shard.open_segment(keys, sealed.shards, offset=end - 5).plain == plain[-5:]
    for offset, count in [(end + 1, None), (end, 1), (0, end + 1), (1, 2**64 - 1)]:
        with pytest.raises(shadw.InvalidArgumentError):
            shard.open_segment(keys, sealed.shards, offset=offset, count=count)


def test_damage_is_overcome_and_named_by_shard_and_cell(keys, plain, sealed):
    shards = sealed.shards
    cell = shard.Geometry(Code(4, 2)).stored_cell_bytes
    shards[1][shard.HEADER_BYTES + cell + 7] ^= 1
    shards[4][3] ^= 1
    opened = shard.open_segment(keys, shards)
    assert opened.plain == plain
    assert [(f.index, f.cell, f.kind) for f in opened.faults] == [(1, 1, "corrupt")]
    assert opened.unopened == [4]
    report = shard.check_segment(keys, shards)
    assert report.unopened == [4]
    assert {one.index: one.whole for one in report.shards} == {
        0: True, 1: False, 2: True, 3: True, 5: True
    }  # fmt: skip
    assert report.faults == opened.faults
    assert len(set(report.faults)) == 1


def test_foreign_and_short_shards_are_left_out_and_never_crash(keys, plain, sealed, rng):
    shards = sealed.shards
    piles = [b"", rng.bytes(1023), rng.bytes(5000), *shards[:4], shards[4][:1500]]
    opened = shard.open_segment(keys, piles)
    assert opened.plain == plain
    assert opened.unopened == [0, 1, 2]


def test_shards_of_two_versions_are_not_mixed(keys, plain, sealed):
    other = shard.seal_segment(keys, plain, code=Code(4, 2), nodes=NODES)
    mixed = sealed.shards[:3] + other.shards[3:]
    for use in (shard.open_segment, shard.check_segment):
        with pytest.raises(shadw.InvalidArgumentError, match="different versions"):
            use(keys, mixed)


def test_two_seals_of_the_same_bytes_share_nothing_unless_seeded(keys):
    def make(random):
        nodes = NODES[:3]
        return shard.seal_segment(keys, b"x", code=Code(2, 1), nodes=nodes, random=random).shards[0]

    assert make(None).tobytes() != make(None).tobytes()
    one, two = crypto.SeededRandom(1), crypto.SeededRandom(1)
    assert make(one).tobytes() == make(two).tobytes()
    assert make(one).tobytes() != make(crypto.SeededRandom(1)).tobytes()


def test_misuse_is_refused(keys, plain):
    code = Code(4, 2)
    reader = shard.decode_capability(shard.encode_capability(keys, "read"))
    with pytest.raises(shadw.PermissionDeniedError):
        shard.seal_segment(reader, plain, code=code, nodes=NODES)
    with pytest.raises(shadw.InvalidArgumentError, match="5 nodes, need 6"):
        shard.seal_segment(keys, plain, code=code, nodes=NODES[:5])
    with pytest.raises(shadw.InvalidArgumentError, match="31 bytes, need 32"):
        shard.seal_segment(keys, plain, code=code, nodes=NODES[:, :31])
    with pytest.raises(shadw.InvalidArgumentError, match="4096 or 32768"):
        shard.seal_segment(keys, plain, code=code, nodes=NODES, cell_bytes=8192)
    with pytest.raises(shadw.InvalidArgumentError, match="need at most"):
        shard.seal_segment(keys, bytes(600_000), code=Code(1, 0), nodes=NODES[:1], cell_bytes=4096)
    with pytest.raises(TypeError):
        shard.seal_segment(keys, "text", code=code, nodes=NODES)
    with pytest.raises(TypeError):
        shard.seal_segment(keys, plain, code="4+2", nodes=NODES)


# --- rights ---


def test_a_capability_reaches_exactly_as_far_as_its_right(keys, plain, sealed):
    shards = sealed.shards
    held = {
        right: shard.decode_capability(shard.encode_capability(keys, right))
        for right in ("read", "verify", "audit")
    }
    assert shard.open_segment(held["read"], shards).plain == plain
    for right in ("verify", "audit"):
        with pytest.raises(shadw.PermissionDeniedError):
            shard.open_segment(held[right], shards)
    for right, mac in (("read", True), ("verify", True), ("audit", None)):
        report = shard.check_segment(held[right], shards)
        assert [one.body_mac_holds for one in report.shards] == [mac] * 6
    target = shard.RewrapTarget(0, bytes(32), 9)
    assert len(shard.rewrap_shards(held["verify"], shards[2:], [target])) == 1
    for right in ("read", "audit"):
        with pytest.raises(shadw.PermissionDeniedError):
            shard.rewrap_shards(held[right], shards, [target])
        with pytest.raises(shadw.PermissionDeniedError):
            held[right].token_for(bytes(32), bytes(32))
    with pytest.raises(shadw.PermissionDeniedError):
        held["audit"].head_storage_id(1, bytes(32))
    with pytest.raises(shadw.PermissionDeniedError):
        held["audit"].body_mac_key(bytes(24))
    with pytest.raises(shadw.PermissionDeniedError):
        shard.encode_capability(held["audit"], "verify")
    with pytest.raises(shadw.InvalidArgumentError):
        shard.encode_capability(keys, "write")
    assert held["verify"].read_key is None and held["read"].delete_key is None


def test_a_header_opens_as_far_as_the_keys_and_the_caller_allow(keys, sealed):
    header = sealed.shards[2][: shard.HEADER_BYTES]
    audit = shard.open_header(keys, header, to="audit")
    assert audit.audit.address == sealed.addresses[2]
    assert audit.verify is None and audit.read is None
    assert shard.open_header(keys, header, to="verify").read is None
    read = shard.open_header(keys, header)
    assert read.read.plain_bytes == 300_000
    assert "hidden" in repr(read.read.content_key)
    reader = shard.ObjectKeys.for_reader(keys.id, keys.read_key)
    assert shard.open_header(reader, header).read.object_bytes == 300_000
    auditor = shard.ObjectKeys.for_auditor(keys.id, keys.audit_key)
    assert shard.open_header(auditor, header).verify is None
    with pytest.raises(shadw.DataLossError):
        shard.open_header(keys, header[:1000])
    with pytest.raises(shadw.InvalidArgumentError, match="need one of: audit verify read"):
        shard.open_header(keys, header, to="write")


def test_keys_hide_themselves_and_cannot_be_pickled(vault, keys):
    import pickle

    secret = keys.write_key.reveal()
    for thing in (vault, keys, keys.write_key):
        assert secret.hex() not in repr(thing)
        with pytest.raises(TypeError):
            pickle.dumps(thing)
    assert keys.id.hex() in repr(keys)


def test_a_mistyped_capability_and_one_of_another_version_are_told_apart(keys):
    text = shard.encode_capability(keys, "read")
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    with pytest.raises(shadw.InvalidArgumentError):
        shard.decode_capability(wrong)
    with pytest.raises(shadw.UnimplementedError):
        shard.decode_capability(text.replace("-1-", "-2-", 1))


# --- rotation, repair, scan ---


def test_rotation_changes_every_byte_and_repair_needs_no_original(keys, plain, sealed):
    shards = sealed.shards
    verifier = shard.decode_capability(shard.encode_capability(keys, "verify"))
    old = shard.open_header(verifier, shards[3], to="verify")
    (rotated,) = shard.rewrap_shards(
        verifier, [shards[3]], [shard.RewrapTarget(3, bytes(32), 9, replaces=old)]
    )
    assert rotated.address.epoch == 9 and len(rotated.bytes) == len(shards[3])
    assert np.mean(rotated.bytes == shards[3]) < 0.01
    two = shard.rewrap_shards(
        verifier,
        shards[2:],
        [shard.RewrapTarget(0, b"a" * 32, 1), shard.RewrapTarget(1, b"b" * 32, 1)],
    )
    again = [two[0].bytes, two[1].bytes, rotated.bytes, shards[5]]
    assert shard.open_segment(keys, again).plain == plain


def test_a_header_that_was_not_opened_to_verify_replaces_nothing(keys, sealed):
    header = shard.open_header(keys, sealed.shards[0], to="audit")
    target = shard.RewrapTarget(0, bytes(32), 1, replaces=header)
    with pytest.raises(shadw.InvalidArgumentError, match="not opened to verify"):
        shard.rewrap_shards(keys, sealed.shards, [target])


def test_a_scan_finds_the_vaults_shards_in_a_pile(vault, keys, sealed, rng):
    pile = rng.integers(0, 256, (50, shard.HEADER_BYTES), np.uint8)
    places = [3, 17, 40]
    for place, one in zip(places, sealed.shards, strict=False):
        pile[place] = one[: shard.HEADER_BYTES]
    ours = shard.recognise_headers(pile, vault.match_key)
    assert ours.dtype == bool and list(np.flatnonzero(ours)) == places
    assert not shard.recognise_headers(pile, bytes(32)).any()
    assert shard.recognise_header(pile[3], vault.match_key) == keys.id
    assert shard.recognise_header(pile[4], vault.match_key) is None
    scanner = shard.ShardScanner(vault)
    found = [scanner.identify(row) for row in pile]
    assert [i for i, one in enumerate(found) if one is not None] == places
    assert found[17].header.audit.index == 1
    assert found[17].keys.may_write and found[17].keys.id == keys.id


# --- geometry, metadata, frames ---


def test_geometry_says_what_sealing_makes(keys, plain, sealed):
    geometry = shard.Geometry(Code(4, 2))
    chunks = geometry.chunks_for(len(plain))
    assert chunks == 10
    assert geometry.cells_for(chunks) == sealed.cells == 4
    assert geometry.shard_bytes(sealed.cells) == len(sealed.shards[0])
    assert sealed.sealed_bytes == chunks * geometry.cell_bytes
    assert shard.choose_cell_bytes(100, Code(4, 2)) == 4096
    assert shard.choose_stripes(Code(10, 4), 32768, 2**40) == 128
    for chunks in (0, 4 * 128 + 1, 2**32 - 1):
        with pytest.raises(shadw.InvalidArgumentError):
            geometry.cells_for(chunks)
    with pytest.raises(shadw.InvalidArgumentError):
        geometry.chunks_for(2**60)
    with pytest.raises(shadw.InvalidArgumentError):
        shard.Geometry(Code(4, 2), 4096, 3)


def test_an_address_is_a_value():
    one = ShardAddress(bytes(16), 1, 2, bytes(32), 3)
    assert one == ShardAddress(bytes(16), 1, 2, bytes(32), 3, 0)
    assert len({one, ShardAddress(bytes(16), 1, 2, bytes(32), 3), ShardAddress(bytes(16), 1, 2, bytes(32), 4)}) == 2
    assert one != (1, 2)
    with pytest.raises(shadw.InvalidArgumentError, match="15 bytes as a version id, need 16"):
        ShardAddress(bytes(15), 1, 2, bytes(32), 3)


@pytest.mark.parametrize("name", ["", "notes.txt", "a/b c", "žluťoučký ✓", "not\udcffutf8", "x" * 4096])
def test_metadata_round_trips_whatever_the_name_is(name):
    metadata = shard.Metadata(name, mode=0o640, kind="directory", extent=(5, 7))
    again = shard.Metadata.decode(metadata.encode())
    assert again == metadata
    assert (again.name, again.mode, again.kind) == (name, 0o640, "directory")
    assert again.extent == (5, 7) and again.intent is None
    assert again != shard.Metadata(name)


def test_metadata_is_refused_where_it_is_illegal():
    for wrong in ("x" * 4097, "a\0b"):
        with pytest.raises(shadw.InvalidArgumentError):
            shard.Metadata(wrong).encode()
    with pytest.raises(shadw.InvalidArgumentError, match="need one of: file directory page pack"):
        shard.Metadata("a", kind="pipe")
    with pytest.raises(shadw.DataLossError):
        shard.Metadata.decode(b"\x01")
    with pytest.raises(TypeError):
        shard.Metadata(b"bytes")


@pytest.mark.parametrize("size", [0, 1, 131072, 131073, 400_000])
def test_frames_open_to_what_was_packed(rng, size):
    for data in (rng.bytes(size), bytes(size)):
        stream = shard.pack_frames(data)
        assert shard.unpack_frames(stream, size) == data
        with pytest.raises(shadw.DataLossError):
            shard.unpack_frames(stream + b"x", size)
        if size:
            with pytest.raises(shadw.DataLossError):
                shard.unpack_frames(stream[:-1], size)
    assert shard.worth_compressing(bytes(65536)) and not shard.worth_compressing(rng.bytes(65536))


def test_a_claim_of_a_huge_plaintext_is_refused_before_memory_is_taken():
    with pytest.raises(shadw.DataLossError):
        shard.unpack_frames(b"\x01\x00\x00\x00" * 4, 2**50)
