// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/nonce_counter.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"

namespace shadw::crypto {

NonceCounter::NonceCounter(uint64_t max_messages) : end_(std::min(max_messages, kMaxMessages)) {}

absl::StatusOr<base::ByteArray<12>> NonceCounter::Next() {
  if (next_ >= end_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("crypto: got a key that sealed ", next_, " messages, need a fresh key"));
  }
  base::ByteArray<12> nonce{};
  base::StoreLittleEndian(nonce.data(), next_++);
  return nonce;
}

}  // namespace shadw::crypto
