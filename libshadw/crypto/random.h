// SPDX-License-Identifier: Apache-2.0
//
// The two sources of randomness. `SystemRandom` asks the operating system: for keys
// and nonces, and the only one for them. `SeededRandom` is a ChaCha20 keystream, the
// same on every CPU and in every language: for simulations, sampling and golden vectors.
//
//   crypto::SystemRandom system;
//   auto nonce = system.Array<24>();
//   crypto::SeededRandom seeded(7);
//   auto same_on_every_machine = seeded.Array<16>();
//
// Limits: a seeded stream ends after 2^64 blocks, which nobody reaches.
//   Source   RFC 8439 (ChaCha20); 64-bit block counter and 64-bit nonce as in
//            Bernstein's ChaCha, nonce zero
#ifndef LIBSHADW_CRYPTO_RANDOM_H_
#define LIBSHADW_CRYPTO_RANDOM_H_

#include <cstdint>
#include <span>

#include "libshadw/base/bytes.h"
#include "libshadw/base/random.h"

namespace shadw::crypto {

class SystemRandom : public base::RandomSource {
 public:
  // Thread-safe.
  void Fill(base::MutableByteSpan out) override;
};

class SeededRandom : public base::RandomSource {
 public:
  explicit SeededRandom(std::span<const uint8_t, 32> seed);
  // The 32-byte seed is the little-endian integer followed by 24 zero bytes.
  explicit SeededRandom(uint64_t seed);

  // The next bytes of the stream.
  //   Promise  Fill(a) and Fill(b) give what one Fill of a ‖ b gives
  //   Secrets  none: whoever knows the seed knows the stream
  void Fill(base::MutableByteSpan out) override;

 private:
  void Blocks(base::MutableByteSpan out);
  base::ByteArray<32> seed_{};
  uint64_t next_block_ = 0;
  // Small requests are served from here; the unused bytes stand at the end.
  base::ByteArray<512> buffer_{};
  size_t unused_ = 0;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_RANDOM_H_
