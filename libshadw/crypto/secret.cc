// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/secret.h"

#include <sodium.h>

#include <algorithm>

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/locked_slots.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {

void Secret::Free::operator()(uint8_t* memory) const {
  in_slot ? ReturnLockedSlot(memory) : sodium_free(memory);
}

Secret::Secret(size_t size) : memory_(nullptr, {size <= kLockedSlotBytes}), size_(size) {
  SodiumReady();
  memory_.reset(memory_.get_deleter().in_slot ? TakeLockedSlot()
                                              : static_cast<uint8_t*>(sodium_malloc(size)));
  Require(memory_ != nullptr);
}

Secret::Secret(Secret&& other) noexcept
    : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  memory_ = std::move(other.memory_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Secret Secret::Zeroed(size_t size) {
  Secret secret(size);
  // sodium_malloc fills with 0xdb to make reads of fresh memory visible.
  std::ranges::fill(secret.mutable_bytes(), uint8_t{0});
  return secret;
}

Secret Secret::CopyOf(base::ByteSpan bytes) {
  Secret secret(bytes.size());
  std::ranges::copy(bytes, secret.mutable_bytes().begin());
  return secret;
}

bool ConstantTimeEqual(base::ByteSpan a, base::ByteSpan b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

void Wipe(base::MutableByteSpan bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace shadw::crypto
