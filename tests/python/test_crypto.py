# SPDX-License-Identifier: Apache-2.0
"""shadw.crypto; the primitives are proven in tests/crypto, here against others' bindings."""

import copy
import hashlib
import hmac
import json
import pickle

import numpy as np
import pytest

import shadw
from shadw import crypto

KEY = bytes(range(32))


# --- secrets ---


@pytest.mark.parametrize("kind", [crypto.SecretKey, crypto.Secret])
def test_a_secret_shows_itself_only_when_asked_to(kind):
    secret = kind(KEY)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r}", "%s" % secret, repr([secret])]
    for text in shown:
        assert "hidden" in text
        assert KEY.hex() not in text and repr(KEY) not in text and "\\x01" not in text
    assert secret.reveal() == KEY
    assert len(secret) == 32


@pytest.mark.parametrize("kind", [crypto.SecretKey, crypto.Secret])
def test_a_secret_leaves_by_no_side_door(kind):
    secret = kind(KEY)
    with pytest.raises(TypeError):
        memoryview(secret)
    with pytest.raises(TypeError):
        bytes(secret)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy, hash, json.dumps, iter, vars):
        with pytest.raises(TypeError):
            leak(secret)


def test_secrets_compare_by_content():
    assert crypto.SecretKey(KEY) == crypto.SecretKey(crypto.SecretKey(KEY))
    assert crypto.SecretKey(KEY) != crypto.SecretKey(bytes(32))
    assert crypto.SecretKey(KEY) != KEY
    assert crypto.SecretKey.generate() != crypto.SecretKey.generate()
    assert crypto.constant_time_equal(b"ab", b"ab")
    assert not crypto.constant_time_equal(b"ab", b"abc")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size):
    for use in (crypto.SecretKey, crypto.AesGcm, crypto.Ed25519Signer):
        with pytest.raises(shadw.InvalidArgumentError, match=f"{size} bytes, need 32"):
            use(bytes(size))


def test_a_key_may_be_a_secret_or_its_bytes():
    for key in (KEY, bytearray(KEY), crypto.SecretKey(KEY), crypto.Secret(KEY)):
        assert crypto.kdf_public(key, "label") == crypto.kdf_public(KEY, "label")


# --- randomness ---


def test_a_seeded_stream_is_the_chacha20_keystream():
    seed = 7
    ciphers = pytest.importorskip("cryptography.hazmat.primitives.ciphers")
    key = seed.to_bytes(8, "little") + bytes(24)
    algorithm = ciphers.algorithms.ChaCha20(key, bytes(16))
    expected = ciphers.Cipher(algorithm, mode=None).encryptor().update(bytes(300))
    stream = crypto.SeededRandom(seed)
    assert stream.bytes(100) + stream.bytes(1) + stream.bytes(199) == expected
    assert crypto.SeededRandom(key).bytes(300) == expected


def test_the_system_gives_other_bytes_each_time():
    assert crypto.random_bytes(32) != crypto.random_bytes(32)
    assert crypto.random_bytes(0) == b""


# --- hashes ---


@pytest.mark.parametrize("size", [0, 1, 64, 127, 128, 129, 100_000])
def test_hashes_are_those_of_hashlib(rng, size):
    data = rng.bytes(size)
    assert crypto.sha256(data) == hashlib.sha256(data).digest()
    assert crypto.blake2b256(data) == hashlib.blake2b(data, digest_size=32).digest()
    assert crypto.blake2b128(data) == hashlib.blake2b(data, digest_size=16).digest()
    keyed = hashlib.blake2b(data, digest_size=32, key=KEY).digest()
    assert crypto.blake2b256(data, key=KEY) == keyed
    assert crypto.hmac_sha512(KEY, data) == hmac.digest(KEY, data, "sha512")


def test_a_key_from_a_key_is_blake2b_over_length_label_and_context():
    expected = hashlib.blake2b(b"\x04read" + b"ctx", digest_size=32, key=KEY).digest()
    assert crypto.kdf_public(KEY, "read", b"ctx") == expected
    assert crypto.kdf(KEY, "read", b"ctx").reveal() == expected
    for label in ("", "x" * 256):
        with pytest.raises(shadw.InvalidArgumentError, match="need 1 to 255"):
            crypto.kdf(KEY, label)


def test_hkdf_is_that_of_rfc_5869():
    okm = crypto.hkdf_sha256(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert okm.reveal().hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    with pytest.raises(shadw.InvalidArgumentError):
        crypto.hkdf_sha256(KEY, b"", b"", 255 * 32 + 1)


def test_base58check_round_trips_and_notices_a_typing_error():
    text = crypto.base58check_encode(b"\x00\x00hello")
    assert crypto.base58check_decode(text) == b"\x00\x00hello"
    wrong = text[:-1] + ("2" if text[-1] != "2" else "3")
    with pytest.raises(shadw.DataLossError):
        crypto.base58check_decode(wrong)


# --- Merkle trees ---


def merkle(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = len(leaves) // 2
    return hashlib.sha256(b"\x01" + merkle(leaves[:half]) + merkle(leaves[half:])).digest()


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_a_tree_proves_every_leaf_and_no_other(rng, count):
    leaves = rng.integers(0, 256, (count, 32), np.uint8)
    padded = [leaf.tobytes() for leaf in leaves]
    padded += [bytes(32)] * ((1 << (count - 1).bit_length()) - count)
    tree = crypto.MerkleTree(leaves)
    assert tree.root == crypto.merkle_root(list(leaves)) == merkle(padded)
    assert tree.leaf_count == count
    for i in range(count):
        proof = tree.proof(i)
        crypto.verify_merkle_proof(tree.root, leaves[i], i, count, proof)
        with pytest.raises(shadw.PermissionDeniedError):
            crypto.verify_merkle_proof(tree.root, bytes(31) + b"x", i, count, proof)
        with pytest.raises(shadw.PermissionDeniedError):
            crypto.verify_merkle_proof(tree.root, leaves[i], i, count, [*proof, bytes(32)])
    with pytest.raises(shadw.InvalidArgumentError):
        tree.proof(count)


def test_the_root_of_nothing_is_zero_and_hashes_have_32_bytes():
    assert crypto.merkle_root([]) == bytes(32)
    with pytest.raises(shadw.InvalidArgumentError, match="31 bytes, need 32"):
        crypto.merkle_root([bytes(32), bytes(31)])


def test_leaves_are_hashed_in_one_call(rng):
    data = rng.bytes(5 * 4098)
    hashes = crypto.leaf_hashes(data, 4098)
    assert hashes.shape == (5, 32)
    assert [h.tobytes() for h in hashes] == [
        hashlib.sha256(data[i : i + 4098]).digest() for i in range(0, len(data), 4098)
    ]
    assert crypto.leaf_hashes(b"", 7).shape == (0, 32)
    for leaf_bytes in (0, 4097):
        with pytest.raises(shadw.InvalidArgumentError):
            crypto.leaf_hashes(data, leaf_bytes)


# --- authenticated encryption ---


@pytest.mark.parametrize("size", [0, 1, 1000, 100_000])
def test_aes_gcm_is_that_of_another_library(rng, size):
    aead = pytest.importorskip("cryptography.hazmat.primitives.ciphers.aead")
    nonce, data, plain = rng.bytes(12), rng.bytes(20), rng.bytes(size)
    ours, theirs = crypto.AesGcm(crypto.SecretKey(KEY)), aead.AESGCM(KEY)
    sealed = ours.seal(nonce, plain, data)
    assert sealed == theirs.encrypt(nonce, plain, data)
    assert ours.open(nonce, sealed, data) == plain
    assert crypto.gmac(KEY, nonce, data) == theirs.encrypt(nonce, b"", data)


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_xchacha20_poly1305_is_that_of_another_library(rng, size):
    bindings = pytest.importorskip("nacl.bindings")
    nonce, data, plain = rng.bytes(24), rng.bytes(20), rng.bytes(size)
    sealed = crypto.xchacha20_poly1305_seal(KEY, nonce, plain, data)
    theirs = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, data, nonce, KEY)
    assert sealed == theirs
    assert crypto.xchacha20_poly1305_open(KEY, nonce, sealed, data) == plain


def test_what_was_changed_does_not_open_and_every_failure_has_one_text(rng):
    texts = set()
    gcm = crypto.AesGcm(KEY)
    sealed = gcm.seal(bytes(12), b"message", b"data")
    box = crypto.xchacha20_poly1305_seal(KEY, bytes(24), b"message", b"data")
    for i in range(len(sealed)):
        flipped = bytearray(sealed)
        flipped[i] ^= 1
        with pytest.raises(shadw.DataLossError) as caught:
            gcm.open(bytes(12), flipped, b"data")
        texts.add(str(caught.value))
    attempts = [
        lambda: gcm.open(bytes(12), sealed, b"date"),
        lambda: gcm.open(bytes(11) + b"x", sealed, b"data"),
        lambda: gcm.open(bytes(12), sealed[:15], b"data"),
        lambda: gcm.open(bytes(12), b"", b"data"),
        lambda: crypto.AesGcm(bytes(32)).open(bytes(12), sealed, b"data"),
        lambda: crypto.xchacha20_poly1305_open(KEY, bytes(24), box[:-1], b"data"),
        lambda: crypto.xchacha20_poly1305_open(bytes(32), bytes(24), box, b"data"),
    ]
    for attempt in attempts:
        with pytest.raises(shadw.DataLossError) as caught:
            attempt()
        texts.add(str(caught.value))
    assert texts == {"crypto: authentication failed"}


def test_a_nonce_has_its_length():
    with pytest.raises(shadw.InvalidArgumentError, match="11 bytes as a nonce, need 12"):
        crypto.AesGcm(KEY).seal(bytes(11), b"")
    with pytest.raises(shadw.InvalidArgumentError, match="12 bytes as a nonce, need 24"):
        crypto.xchacha20_poly1305_seal(KEY, bytes(12), b"")


def test_a_nonce_counter_gives_each_nonce_once_and_then_stops():
    counter = crypto.NonceCounter(3)
    assert [counter.next() for _ in range(3)] == [
        i.to_bytes(8, "little") + bytes(4) for i in range(3)
    ]
    with pytest.raises(shadw.LimitError):
        counter.next()


def wycheproof(vectors, name):
    for group in json.loads((vectors / "wycheproof" / name).read_text())["testGroups"]:
        for test in group["tests"]:
            yield group, test


def test_aes_gcm_decides_every_case_of_wycheproof_as_written(vectors):
    ran = 0
    for group, test in wycheproof(vectors, "aes_gcm_test.json"):
        if (group["keySize"], group["ivSize"], group["tagSize"]) != (256, 96, 128):
            continue
        key, nonce, data, plain, ct, tag = (
            bytes.fromhex(test[field]) for field in ("key", "iv", "aad", "msg", "ct", "tag")
        )
        ran += 1
        if test["result"] == "valid":
            assert crypto.AesGcm(key).open(nonce, ct + tag, data) == plain
            assert crypto.AesGcm(key).seal(nonce, plain, data) == ct + tag
        else:
            with pytest.raises(shadw.DataLossError):
                crypto.AesGcm(key).open(nonce, ct + tag, data)
    assert ran > 50


# --- signatures ---


def test_signatures_are_those_of_another_library(rng):
    signing = pytest.importorskip("nacl.signing")
    signer, message = crypto.Ed25519Signer(KEY), rng.bytes(1000)
    theirs = signing.SigningKey(KEY)
    assert signer.public_key == bytes(theirs.verify_key)
    signature = signer.sign(message)
    assert signature == theirs.sign(message).signature
    assert crypto.ed25519_verify(signer.public_key, message, signature)
    assert not crypto.ed25519_verify(signer.public_key, message + b"x", signature)
    assert not crypto.ed25519_verify(signer.public_key, message, signature[:-1])
    assert not crypto.ed25519_verify(bytes(32), message, signature)


# --- trees of keys ---


def bip32(vectors):
    return json.loads((vectors / "bip32.json").read_text())["vectors"]


def test_every_chain_of_the_bip_is_derived(vectors):
    ran = 0
    for vector in bip32(vectors):
        for chain in vector.get("chains", []):
            if "seed" not in vector:
                root = crypto.ExtendedPrivateKey.parse(vector["chains"][0]["xprv"])
            else:
                root = crypto.ExtendedPrivateKey.from_seed(bytes.fromhex(vector["seed"]))
            key = root.derive_path(chain["path"])
            assert key.serialize().reveal().decode() == chain["xprv"]
            assert key.to_public().serialize() == chain["xpub"]
            steps = crypto.parse_key_path(chain["path"])
            assert crypto.format_key_path(steps) == chain["path"].replace("h", "'").replace("H", "'")
            assert root.derive_path(steps).to_public() == key.to_public()
            assert crypto.ExtendedPublicKey.parse(chain["xpub"]) == key.to_public()
            assert key.depth == len(steps)
            ran += 1
    assert ran >= 15


def test_every_invalid_key_of_the_bip_is_refused(vectors):
    ran = 0
    for vector in bip32(vectors):
        for case in vector.get("invalid", []):
            text = case["key"] if isinstance(case, dict) else case
            kind = crypto.ExtendedPublicKey if text.startswith("xpub") else crypto.ExtendedPrivateKey
            with pytest.raises(shadw.Error):
                kind.parse(text)
            ran += 1
    assert ran >= 15


def test_an_extended_private_key_hides_itself():
    key = crypto.ExtendedPrivateKey.from_seed(crypto.SecretKey(KEY))
    xprv = key.serialize().reveal().decode()
    for text in (repr(key), repr(key.private_key), repr(key.serialize()), repr(key.chain_code)):
        assert "hidden" in text and xprv not in text
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert key.to_public().serialize() in repr(key.to_public())


def test_a_public_key_derives_what_is_not_hardened_and_nothing_else():
    root = crypto.ExtendedPrivateKey.from_seed(KEY)
    public = root.to_public()
    child = public.derive(7)
    assert child == root.derive(7).to_public()
    assert child.parent_fingerprint == public.fingerprint
    assert child.child_number == 7
    assert public.key_matches("m/7", child.public_key)
    assert not public.key_matches("m/8", child.public_key)
    with pytest.raises(shadw.InvalidArgumentError):
        public.derive(crypto.HARDENED)
    with pytest.raises(shadw.InvalidArgumentError):
        public.derive(2**32)
    assert len({child, public.derive(7), public}) == 2


def test_slip10_is_that_of_its_first_vector():
    root = crypto.Slip10PrivateKey.from_seed(bytes(range(16)))
    key = root.derive_path("m/0'")
    assert key.private_key.reveal().hex() == (
        "68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3"
    )
    assert repr(key) == "Slip10PrivateKey(hidden)"
    with pytest.raises(shadw.InvalidArgumentError):
        root.derive(0)
