// SPDX-License-Identifier: Apache-2.0
//
// BLAKE2b, keyed or not: the hash of short things (ids, commitments, tokens). With a
// key it is a MAC and a PRF; it needs no HMAC construction around it.
//
//   auto id = crypto::Blake2b256({}, {salt, public_key});            // hash of the concatenation
//   auto match = crypto::Blake2b128(key.bytes(), {header_nonce});
//   auto stream = crypto::Blake2b::Create({}, 32);
//   stream->Update(first);
//   stream->Update(second);
//   stream->Final(out);
//
// Limits: parts are concatenated without a border between them; where lengths vary,
// the caller makes the encoding unambiguous (`kdf.h` does). Longer outputs are other
// functions: the first 16 bytes of Blake2b256 are not Blake2b128.
//   Source   RFC 7693
#ifndef LIBSHADW_CRYPTO_BLAKE2B_H_
#define LIBSHADW_CRYPTO_BLAKE2B_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::crypto {

// The hash of the concatenated parts.
//   Shapes   key  0 to 64 bytes, 0 for the plain hash
//   Promise  aborts on a longer key: the length of a key is our own decision
//   Secrets  intermediate state is wiped
base::ByteArray<32> Blake2b256(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts);
base::ByteArray<16> Blake2b128(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts);

// The same, where not all bytes are there at once, for any length of output.
class Blake2b {
 public:
  static constexpr size_t kMaxKeyBytes = 64;
  static constexpr size_t kMinOutBytes = 16;
  static constexpr size_t kMaxOutBytes = 64;

  //   Errors   kInvalidArgument  key over 64 bytes, or out_bytes outside 16..64
  static absl::StatusOr<Blake2b> Create(base::ByteSpan key, size_t out_bytes);

  // A copy goes on from the same prefix. Destruction wipes the state.
  Blake2b(const Blake2b&) = default;
  Blake2b& operator=(const Blake2b&) = default;
  ~Blake2b();

  void Update(base::ByteSpan bytes);
  // Writes the hash. The object may only be assigned or destroyed afterwards.
  //   Shapes   out  exactly the out_bytes of Create
  void Final(base::MutableByteSpan out);

 private:
  Blake2b(base::ByteSpan key, size_t out_bytes);
  alignas(64) base::ByteArray<384> state_;
  size_t out_bytes_;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_BLAKE2B_H_
