// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and what is built on the SHA-2 family: one call, a stream, many leaves at
// once, HMAC-SHA-512 and HKDF-SHA-256.
//
//   auto digest = crypto::Sha256(bytes);
//   auto public_root = crypto::Sha256({tag, header_hash, count, body_root});
//   crypto::LeafHasher leaves;
//   std::vector<base::ByteArray<32>> hashes(body.size() / 4098);
//   leaves.Hash(body, 4098, hashes.data());
//   crypto::MerkleRoot(hashes);
//
// Limits: SHA-256 hides nothing and has no key. It stands where a stranger must verify;
// where a key is at hand, `blake2b.h` is the shorter way.
//   Source   FIPS 180-4, RFC 2104, RFC 5869
#ifndef LIBSHADW_CRYPTO_HASH_H_
#define LIBSHADW_CRYPTO_HASH_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"

namespace shadw::crypto {

// SHA-256 of the bytes, or of the concatenated parts.
//   Cost     about 0.2 us and one byte in 0.5 ns; to hash many things use a hasher
base::ByteArray<32> Sha256(base::ByteSpan bytes);
base::ByteArray<32> Sha256(std::initializer_list<base::ByteSpan> parts);

// SHA-256 of what comes piece by piece. A moved-from hasher may only be assigned or
// destroyed.
class Sha256Hasher {
 public:
  Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  ~Sha256Hasher();

  void Update(base::ByteSpan bytes);
  // The digest; the hasher then starts afresh.
  base::ByteArray<32> Final();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// SHA-256 of many leaves of one length: sixteen at once where libipsec-mb is there (see
// `aes_gcm.h`) and the CPU has AVX-512, two at once with SHA instructions. Best is a
// multiple of sixteen leaves a call; from 64 KiB on they are hashed one by one.
class LeafHasher {
 public:
  struct Leaf {
    base::ByteSpan bytes;
    base::ByteArray<32>* hash;  // where it goes
  };

  LeafHasher();
  LeafHasher(LeafHasher&&) noexcept;
  LeafHasher& operator=(LeafHasher&&) noexcept;
  ~LeafHasher();

  // Hashes `data` leaf by leaf.
  //   Shapes   data  a multiple of leaf_bytes, leaf_bytes > 0; aborts otherwise
  //            out   data.size() / leaf_bytes hashes
  //   Promise  same hashes on every CPU
  //   Cost     no allocation, but for 400 KB that a thread keeps from its first call on
  void Hash(base::ByteSpan data, size_t leaf_bytes, base::ByteArray<32>* out);
  // The same for leaves that lie here and there.
  //   Shapes   leaves  all of one length > 0; aborts otherwise
  void Hash(std::span<const Leaf> leaves);

 private:
  Sha256Hasher hasher_;
};

// HMAC-SHA-512 of the concatenated parts, under a key of any length.
//   Secrets  intermediate state is wiped; the result is as secret as its use
base::ByteArray<64> HmacSha512(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts);
void HmacSha512Into(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts,
                    std::span<uint8_t, 64> out);

inline constexpr size_t kMaxHkdfSha256Bytes = 255 * 32;

// Extracts from `ikm` and `salt`, then expands with `info` until `out` is full.
//   Errors   kInvalidArgument  out is over 8160 bytes
//   Secrets  intermediate keys are wiped
//   Source   RFC 5869
absl::Status HkdfSha256(base::ByteSpan ikm, base::ByteSpan salt, base::ByteSpan info,
                        base::MutableByteSpan out);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_HASH_H_
