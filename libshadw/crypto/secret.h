// SPDX-License-Identifier: Apache-2.0
//
// Memory for what must not leak: locked against swapping, kept out of core dumps,
// fenced by guard pages, wiped when it is freed. `Secret` holds any number of bytes,
// `SecretKey` exactly 32. Both are move-only, print nothing and compare with nothing:
// a copy is a word in the source (`Clone`), a comparison is `ConstantTimeEqual`.
//
//   crypto::SecretKey key = crypto::SecretKey::Zeroed();
//   crypto::SystemRandom().Fill(key.mutable_bytes());
//   crypto::SecretKey twin = key.Clone();
//   bool same = crypto::ConstantTimeEqual(key.bytes(), twin.bytes());      // true
//   crypto::SecretKey moved = std::move(key);     // `key` may only be assigned or destroyed now
//
// Limits: up to 64 bytes share locked pages with other secrets, and the fence stands
// around them all; a longer one takes four pages of its own and several system calls (10
// to 30 us): for keys, not for bulk data.
// Where RLIMIT_MEMLOCK is exhausted the bytes are guarded and wiped, but may be swapped.
// A process that cannot get the memory at all ends: it must not go on with less.
//   Source   libsodium, "Secure memory" (sodium_malloc)
#ifndef LIBSHADW_CRYPTO_SECRET_H_
#define LIBSHADW_CRYPTO_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

class Secret {
 public:
  // `size` zero bytes; `size` may be 0.
  static Secret Zeroed(size_t size);
  // Wiping the source stays with the caller.
  static Secret CopyOf(base::ByteSpan bytes);

  // A moved-from Secret is empty.
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() = default;

  Secret Clone() const { return CopyOf(bytes()); }

  size_t size() const { return size_; }
  base::ByteSpan bytes() const { return {memory_.get(), size_}; }
  base::MutableByteSpan mutable_bytes() { return {memory_.get(), size_}; }

 private:
  struct Free {
    bool in_slot;  // of locked_slots.h
    void operator()(uint8_t* memory) const;
  };
  explicit Secret(size_t size);
  std::unique_ptr<uint8_t, Free> memory_;
  size_t size_ = 0;
};

class SecretKey {
 public:
  static constexpr size_t kBytes = 32;

  static SecretKey Zeroed() { return SecretKey(Secret::Zeroed(kBytes)); }
  static SecretKey CopyOf(std::span<const uint8_t, kBytes> bytes) {
    return SecretKey(Secret::CopyOf(bytes));
  }

  // A moved-from SecretKey may only be assigned or destroyed.
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&&) noexcept = default;

  SecretKey Clone() const { return CopyOf(bytes()); }

  std::span<const uint8_t, kBytes> bytes() const {
    return std::span<const uint8_t, kBytes>(memory_.bytes().data(), kBytes);
  }
  std::span<uint8_t, kBytes> mutable_bytes() {
    return std::span<uint8_t, kBytes>(memory_.mutable_bytes().data(), kBytes);
  }

 private:
  explicit SecretKey(Secret memory) : memory_(std::move(memory)) {}
  Secret memory_;
};

// True when both are equal, in a time that depends on the length alone. Lengths are
// public: different lengths are unequal at once.
bool ConstantTimeEqual(base::ByteSpan a, base::ByteSpan b);

// Zeroes `bytes`, also where a compiler sees that nobody reads them again.
void Wipe(base::MutableByteSpan bytes);

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_SECRET_H_
