# SPDX-License-Identifier: Apache-2.0
import builtins
from collections.abc import Sequence
from typing import ClassVar, Final, final

from shadw._types import Array, Buffer, Key, Rows, Sensitive

__all__ = [
    "HARDENED",
    "AesGcm",
    "Ed25519Signer",
    "ExtendedPrivateKey",
    "ExtendedPublicKey",
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

HARDENED: Final[int]

# --- secrets and randomness ---

@final
class SecretKey:
    """32 bytes in locked memory that is wiped; never printed, pickled or exported."""

    def __init__(self, bytes: Key) -> None: ...
    @staticmethod
    def generate() -> SecretKey:
        """A fresh random key."""
    def reveal(self) -> bytes:
        """A copy of the bytes, in memory that Python neither locks nor wipes."""
    def __len__(self) -> int: ...
    def __eq__(self, other: object) -> bool:
        """In a time that does not depend on the bytes."""
    __hash__: ClassVar[None]  # type: ignore[assignment]

@final
class Secret:
    """The same for any number of bytes."""

    def __init__(self, bytes: Sensitive) -> None: ...
    def reveal(self) -> bytes:
        """A copy of the bytes, in memory that Python neither locks nor wipes."""
    def __len__(self) -> int: ...
    def __eq__(self, other: object) -> bool:
        """In a time that depends on the length alone."""
    __hash__: ClassVar[None]  # type: ignore[assignment]

def constant_time_equal(a: Sensitive, b: Sensitive) -> bool: ...

@final
class SeededRandom:
    """A ChaCha20 keystream, the same on every machine: for tests, never for keys."""

    def __init__(self, seed: int | Key) -> None: ...
    def bytes(self, count: int) -> builtins.bytes:
        """The next bytes of the stream."""

def random_bytes(count: int) -> bytes:
    """Bytes from the operating system: for keys and nonces."""

# --- hashes and keys from keys ---

def sha256(data: Buffer) -> bytes: ...
def blake2b256(data: Buffer, *, key: Sensitive = b"") -> bytes: ...
def blake2b128(data: Buffer, *, key: Sensitive = b"") -> bytes: ...
def hmac_sha512(key: Sensitive, data: Buffer) -> bytes: ...
def hkdf_sha256(ikm: Sensitive, salt: Buffer, info: Buffer, out_bytes: int) -> Secret: ...
def kdf(key: Key, label: str, context: Buffer = b"") -> SecretKey:
    """The key for one purpose and one instance: keyed BLAKE2b-256."""

def kdf_public(key: Key, label: str, context: Buffer = b"") -> bytes:
    """The same for results that may be seen: commitments, ids."""

def base58check_encode(payload: Buffer) -> str: ...
def base58check_decode(text: str) -> bytes: ...

# --- Merkle trees ---

def leaf_hashes(data: Buffer, leaf_bytes: int) -> Array:
    """SHA-256 of every leaf, shape (leaves, 32)."""

def merkle_root(leaves: Rows) -> bytes:
    """The root over hashes, padded with zero hashes to a power of two."""

@final
class MerkleTree:
    """A SHA-256 tree over hashes, padded with zero hashes to a power of two."""

    def __init__(self, leaves: Rows) -> None: ...
    @property
    def root(self) -> bytes: ...
    @property
    def leaf_count(self) -> int: ...
    def proof(self, index: int) -> list[bytes]:
        """The siblings from the leaf upwards."""

def verify_merkle_proof(
    root: Buffer, leaf: Buffer, index: int, leaf_count: int, proof: Rows
) -> None:
    """Raises PermissionDeniedError unless the proof leads from the leaf to the root."""

# --- authenticated encryption ---

@final
class AesGcm:
    """AES-256-GCM. A nonce used twice under one key destroys it."""

    def __init__(self, key: Key) -> None: ...
    def seal(self, nonce: Buffer, plaintext: Buffer, associated_data: Buffer = b"") -> bytes:
        """Ciphertext, then the 16-byte tag."""
    def open(self, nonce: Buffer, sealed: Buffer, associated_data: Buffer = b"") -> bytes:
        """The plaintext, or DataLossError."""

def gmac(key: Key, nonce: Buffer, data: Buffer) -> bytes: ...
def xchacha20_poly1305_seal(
    key: Key, nonce: Buffer, plaintext: Buffer, associated_data: Buffer = b""
) -> bytes: ...
def xchacha20_poly1305_open(
    key: Key, nonce: Buffer, sealed: Buffer, associated_data: Buffer = b""
) -> bytes: ...

@final
class NonceCounter:
    """Hands out each 12-byte nonce of one key once."""

    def __init__(self, max_messages: int = 4294967296) -> None: ...
    def next(self) -> bytes: ...

# --- signatures ---

@final
class Ed25519Signer:
    """Signs; the key stands in locked memory."""

    def __init__(self, seed: Key) -> None: ...
    @property
    def public_key(self) -> bytes: ...
    def sign(self, message: Buffer) -> bytes: ...

def ed25519_verify(public_key: Buffer, message: Buffer, signature: Buffer) -> bool: ...

# --- trees of keys ---

@final
class ExtendedPublicKey:
    """A BIP-32 public key (xpub)."""

    @staticmethod
    def parse(xpub: str) -> ExtendedPublicKey: ...
    def serialize(self) -> str: ...
    def derive(self, index: int) -> ExtendedPublicKey: ...
    def derive_path(self, path: str | Sequence[int]) -> ExtendedPublicKey: ...
    def key_matches(self, path: str, public_key: Buffer) -> bool:
        """Whether the public key is the one at the path below this key."""
    @property
    def public_key(self) -> bytes: ...
    @property
    def chain_code(self) -> bytes: ...
    @property
    def fingerprint(self) -> bytes: ...
    @property
    def depth(self) -> int: ...
    @property
    def parent_fingerprint(self) -> bytes: ...
    @property
    def child_number(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class ExtendedPrivateKey:
    """A BIP-32 private key, in locked memory."""

    @staticmethod
    def from_seed(seed: Sensitive) -> ExtendedPrivateKey:
        """The root of the tree; 16 to 64 bytes."""
    @staticmethod
    def parse(xprv: str) -> ExtendedPrivateKey: ...
    def serialize(self) -> Secret:
        """The "xprv…" text, as a Secret."""
    def to_public(self) -> ExtendedPublicKey: ...
    def derive(self, index: int) -> ExtendedPrivateKey: ...
    def derive_path(self, path: str | Sequence[int]) -> ExtendedPrivateKey: ...
    @property
    def private_key(self) -> SecretKey: ...
    @property
    def chain_code(self) -> SecretKey: ...
    @property
    def depth(self) -> int: ...
    @property
    def parent_fingerprint(self) -> bytes: ...
    @property
    def child_number(self) -> int: ...

@final
class Slip10PrivateKey:
    """A SLIP-0010 key: a seed for an Ed25519Signer. Every step is hardened."""

    @staticmethod
    def from_seed(seed: Sensitive) -> Slip10PrivateKey:
        """The root of the tree; 16 to 64 bytes."""
    def derive(self, index: int) -> Slip10PrivateKey: ...
    def derive_path(self, path: str | Sequence[int]) -> Slip10PrivateKey: ...
    @property
    def private_key(self) -> SecretKey: ...
    @property
    def chain_code(self) -> SecretKey: ...

def parse_key_path(text: str) -> list[int]:
    """The steps of a path such as "m/44'/0"; hardened ones have HARDENED added."""

def format_key_path(path: Sequence[int]) -> str: ...
