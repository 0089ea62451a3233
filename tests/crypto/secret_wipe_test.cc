// SPDX-License-Identifier: Apache-2.0
// Watches what secret memory holds at the moment it goes back to the system, by standing
// between libsodium and munmap. Sanitizers stand there themselves, so not under them.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/secret.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SHADW_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHADW_SANITIZED
#endif

#if defined(__linux__) && !defined(SHADW_SANITIZED)
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr size_t kWatchedBytes = 100;
const uint8_t* watched = nullptr;
std::optional<shadw::base::ByteArray<kWatchedBytes>> seen;

}  // namespace

extern "C" __attribute__((visibility("default"))) int munmap(void* start, size_t bytes) noexcept {
  const auto* const first = static_cast<const uint8_t*>(start);
  if (watched != nullptr && watched >= first && watched < first + bytes) {
    seen.emplace();
    std::copy_n(watched, kWatchedBytes, seen->begin());
  }
  return static_cast<int>(syscall(SYS_munmap, start, bytes));
}

namespace shadw::crypto {
namespace {

TEST(Secret, IsWipedBeforeItsMemoryGoesBackToTheSystem) {
  std::optional<Secret> secret = Secret::Zeroed(kWatchedBytes);
  std::ranges::fill(secret->mutable_bytes(), uint8_t{0x5a});
  watched = secret->bytes().data();
  seen.reset();
  secret.reset();
  watched = nullptr;
  ASSERT_TRUE(seen.has_value()) << "the memory did not come back through munmap";
  EXPECT_EQ(*seen, (base::ByteArray<kWatchedBytes>{}));
}

}  // namespace
}  // namespace shadw::crypto
#endif

namespace shadw::crypto {
namespace {

TEST(SecretKey, IsWipedBeforeItsPlaceIsFree) {
  std::optional<SecretKey> key = SecretKey::Zeroed();
  std::ranges::fill(key->mutable_bytes(), uint8_t{0x5a});
  const uint8_t* const place = key->bytes().data();
  key.reset();
  // The place stays mapped; where it began, free places are linked.
  EXPECT_EQ(std::count(place, place + 32, 0x5a), 0);
  EXPECT_EQ(std::count(place + 8, place + 32, 0), 24);
}

TEST(Blake2b, LeavesNothingOfItsKeyBehind) {
  const base::ByteArray<32> key = {0x5a, 0x5b, 0x5c, 0x5d};
  alignas(Blake2b) base::ByteArray<sizeof(Blake2b)> memory;
  auto* const hash =
      std::construct_at(reinterpret_cast<Blake2b*>(memory.data()), *Blake2b::Create(key, 32));
  const auto holds_key = [&] {
    return std::search(memory.begin(), memory.end(), key.begin(), key.end()) != memory.end();
  };
  EXPECT_TRUE(holds_key());
  std::destroy_at(hash);
  EXPECT_FALSE(holds_key());
  EXPECT_GE(std::ranges::count(memory, 0), 384);
}

}  // namespace
}  // namespace shadw::crypto
