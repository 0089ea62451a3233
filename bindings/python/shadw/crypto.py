# SPDX-License-Identifier: Apache-2.0
"""Keys, hashes, Merkle trees, signatures and authenticated encryption."""

from shadw import _shadw

AesGcm = _shadw.crypto.AesGcm
Ed25519Signer = _shadw.crypto.Ed25519Signer
ExtendedPrivateKey = _shadw.crypto.ExtendedPrivateKey
ExtendedPublicKey = _shadw.crypto.ExtendedPublicKey
HARDENED = _shadw.crypto.HARDENED
MerkleTree = _shadw.crypto.MerkleTree
NonceCounter = _shadw.crypto.NonceCounter
Secret = _shadw.crypto.Secret
SecretKey = _shadw.crypto.SecretKey
SeededRandom = _shadw.crypto.SeededRandom
Slip10PrivateKey = _shadw.crypto.Slip10PrivateKey
base58check_decode = _shadw.crypto.base58check_decode
base58check_encode = _shadw.crypto.base58check_encode
blake2b128 = _shadw.crypto.blake2b128
blake2b256 = _shadw.crypto.blake2b256
constant_time_equal = _shadw.crypto.constant_time_equal
ed25519_verify = _shadw.crypto.ed25519_verify
format_key_path = _shadw.crypto.format_key_path
gmac = _shadw.crypto.gmac
hkdf_sha256 = _shadw.crypto.hkdf_sha256
hmac_sha512 = _shadw.crypto.hmac_sha512
kdf = _shadw.crypto.kdf
kdf_public = _shadw.crypto.kdf_public
leaf_hashes = _shadw.crypto.leaf_hashes
merkle_root = _shadw.crypto.merkle_root
parse_key_path = _shadw.crypto.parse_key_path
random_bytes = _shadw.crypto.random_bytes
sha256 = _shadw.crypto.sha256
verify_merkle_proof = _shadw.crypto.verify_merkle_proof
xchacha20_poly1305_open = _shadw.crypto.xchacha20_poly1305_open
xchacha20_poly1305_seal = _shadw.crypto.xchacha20_poly1305_seal

__all__ = [
    "AesGcm",
    "Ed25519Signer",
    "ExtendedPrivateKey",
    "ExtendedPublicKey",
    "HARDENED",
    "MerkleTree",
    "NonceCounter",
    "Secret",
    "SecretKey",
    "SeededRandom",
    "Slip10PrivateKey",
    "base58check_decode",
    "base58check_encode",
    "blake2b128",
    "blake2b256",
    "constant_time_equal",
    "ed25519_verify",
    "format_key_path",
    "gmac",
    "hkdf_sha256",
    "hmac_sha512",
    "kdf",
    "kdf_public",
    "leaf_hashes",
    "merkle_root",
    "parse_key_path",
    "random_bytes",
    "sha256",
    "verify_merkle_proof",
    "xchacha20_poly1305_open",
    "xchacha20_poly1305_seal",
]
