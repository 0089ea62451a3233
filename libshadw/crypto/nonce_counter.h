// SPDX-License-Identifier: Apache-2.0
//
// A guard against nonce reuse: hands out each nonce of one key once, and stops before
// GCM's bound. It is move-only, because a copy would repeat what the original gives.
//
//   crypto::NonceCounter nonces;                      // lives and dies with the key
//   auto nonce = nonces.Next();
//   if (!nonce.ok()) return nonce.status();           // time for a fresh key
//   gcm.Seal(*nonce, associated_data, plaintext, out);
//
// Limits: it remembers nothing across a restart: a key that outlives the process needs
// random nonces (`xchacha20_poly1305.h`) or a fresh key.
//   Source   NIST SP 800-38D, 8.2.1 (deterministic construction), 8.3 (2^32 messages)
#ifndef LIBSHADW_CRYPTO_NONCE_COUNTER_H_
#define LIBSHADW_CRYPTO_NONCE_COUNTER_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"

namespace shadw::crypto {

class NonceCounter {
 public:
  static constexpr uint64_t kMaxMessages = uint64_t{1} << 32;

  // Gives `max_messages` nonces; more than kMaxMessages counts as kMaxMessages.
  explicit NonceCounter(uint64_t max_messages = kMaxMessages);

  // A moved-from counter gives nothing.
  NonceCounter(NonceCounter&& other) noexcept
      : next_(other.next_), end_(std::exchange(other.end_, 0)) {}
  NonceCounter& operator=(NonceCounter&& other) noexcept {
    next_ = other.next_;
    end_ = std::exchange(other.end_, 0);
    return *this;
  }

  // The little-endian count of nonces given before, then four zero bytes.
  //   Errors   kResourceExhausted  all nonces of this key are given
  absl::StatusOr<base::ByteArray<12>> Next();

 private:
  uint64_t next_ = 0;
  uint64_t end_;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_NONCE_COUNTER_H_
