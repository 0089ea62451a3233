// SPDX-License-Identifier: Apache-2.0
// Watches what secret memory holds at the moment it is given back, by standing between
// libsodium and munmap, and between aligned objects and the heap. Sanitizers stand there
// themselves, so not under them.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>

#include "libshadw/base/bytes.h"
#include "libshadw/crypto/aes_gcm_backend.h"
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

// GCM's key schedules are the only objects here that ask for more alignment than usual.
static shadw::base::Bytes released_schedule;

void operator delete(void* start, std::size_t bytes, std::align_val_t alignment) noexcept {
  const auto* const first = static_cast<const uint8_t*>(start);
  released_schedule.assign(first, first + bytes);
  ::operator delete(start, alignment);
}

namespace shadw::crypto {
namespace {

bool Holds(base::ByteSpan memory, base::ByteSpan key) {
  return std::search(memory.begin(), memory.end(), key.begin(), key.end()) != memory.end();
}

// A schedule of AES-256 begins with the key itself.
TEST(IpsecMbAesGcm, LeavesNothingOfItsKeysBehind) {
  base::ByteArray<32> first_key;
  base::ByteArray<32> second_key;
  first_key.fill(0x5a);
  second_key.fill(0xa5);
  auto gcm = NewIpsecMbAesGcm(first_key);
  if (gcm == nullptr) GTEST_SKIP() << "libipsec-mb is absent";
  constexpr size_t kScheduleBytes = 1008;
  const base::ByteSpan object(reinterpret_cast<const uint8_t*>(gcm.get()), kScheduleBytes);
  base::ByteArray<16> tag;
  gcm->Seal(base::ByteArray<12>{}, {}, {}, tag);
  EXPECT_TRUE(Holds(object, first_key));
  gcm->SetKey(second_key);
  EXPECT_FALSE(Holds(object, first_key));
  EXPECT_TRUE(Holds(object, second_key));
  gcm.reset();
  EXPECT_FALSE(Holds(released_schedule, second_key));
  EXPECT_GE(std::ranges::count(released_schedule, 0), static_cast<ptrdiff_t>(kScheduleBytes));
}

TEST(IpsecMbGmac, LeavesNothingOfItsKeyBehind) {
  base::ByteArray<32> key;
  key.fill(0x5a);
  auto mac = NewIpsecMbGmac(key, base::ByteArray<12>{});
  if (mac == nullptr) GTEST_SKIP() << "libipsec-mb is absent";
  mac->Update(key);
  mac.reset();
  EXPECT_FALSE(released_schedule.empty());
  EXPECT_FALSE(Holds(released_schedule, base::ByteSpan(key).first(16)));
}

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
