// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/key_schedule.h"

#include <gtest/gtest.h>

#include <set>

#include "libshadw/crypto/xchacha20_poly1305.h"

namespace shadw::crypto {
namespace {

using std::chrono::hours;

constexpr base::Time kStart = base::FromUnixSeconds(1'000'000);

KeySchedule Make() {
  base::ByteArray<32> root;
  for (size_t i = 0; i < root.size(); ++i) root[i] = static_cast<uint8_t>(i);
  return KeySchedule::Create(SecretKey::CopyOf(root), {.start = kStart, .period = hours(24)})
      .value();
}

std::string Hex(const absl::StatusOr<SecretKey>& key) { return base::ToHex(key.value().bytes()); }

TEST(KeySchedule, CountsEpochsFromTheStart) {
  const KeySchedule schedule = Make();
  EXPECT_EQ(schedule.EpochAt(kStart - hours(1)), 0u);
  EXPECT_EQ(schedule.EpochAt(kStart + hours(24) - base::Duration(1)), 0u);
  EXPECT_EQ(schedule.EpochAt(kStart + hours(24)), 1u);
}

TEST(KeySchedule, GivesEveryIndexEpochAndPurposeAKeyOfItsOwn) {
  const KeySchedule schedule = Make();
  std::set<std::string> keys;
  for (uint64_t epoch = 0; epoch < 20; ++epoch) {
    keys.insert(Hex(schedule.EndpointKey(base::AsBytes("n"), epoch)));
    for (uint32_t index = 0; index < 20; ++index) {
      keys.insert(Hex(schedule.ShardKey(base::AsBytes("f"), index, epoch)));
    }
  }
  EXPECT_EQ(keys.size(), 20u * 21u);
}

TEST(KeySchedule, AcceptsThisEpochAndTheOneBefore) {
  const KeySchedule schedule = Make();
  const base::Time now = kStart + hours(24 * 5);
  EXPECT_FALSE(schedule.Accepts(3, now));
  EXPECT_TRUE(schedule.Accepts(4, now));
  EXPECT_TRUE(schedule.Accepts(5, now));
  EXPECT_FALSE(schedule.Accepts(6, now));
}

TEST(KeySchedule, WhatWasSealedUnderAnOldEpochDoesNotOpenUnderTheNext) {
  const KeySchedule schedule = Make();
  const base::ByteArray<24> nonce{};
  base::Bytes sealed(5 + 16);
  base::Bytes opened(5);
  XChaCha20Poly1305Seal(schedule.ShardKey(base::AsBytes("f"), 0, 7)->bytes(), nonce, {},
                        base::AsBytes("hello"), sealed);
  EXPECT_FALSE(XChaCha20Poly1305Open(schedule.ShardKey(base::AsBytes("f"), 0, 8)->bytes(), nonce,
                                     {}, sealed, opened));
  EXPECT_TRUE(XChaCha20Poly1305Open(schedule.ShardKey(base::AsBytes("f"), 0, 7)->bytes(), nonce, {},
                                    sealed, opened));
  EXPECT_EQ(base::AsText(opened), "hello");
}

TEST(KeySchedule, ForgottenEpochsAreGoneAndLaterOnesUnchanged) {
  KeySchedule schedule = Make();
  const std::string later = Hex(schedule.EndpointKey(base::AsBytes("n"), 9));
  ASSERT_TRUE(schedule.Forget(5).ok());
  EXPECT_EQ(schedule.EndpointKey(base::AsBytes("n"), 4).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Hex(schedule.EndpointKey(base::AsBytes("n"), 9)), later);
  ASSERT_TRUE(schedule.Forget(2).ok());
  EXPECT_EQ(schedule.oldest_epoch(), 5u);
}

TEST(KeySchedule, RefusesEpochsTooFarAheadAndPeriodsThatAreNotPositive) {
  EXPECT_EQ(Make().ShardKey(base::AsBytes("f"), 0, kMaxEpochsAhead + 1).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(KeySchedule::Create(SecretKey::Zeroed(), {.period = hours(0)}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Computed with Python's hashlib.blake2b(key=…, digest_size=32).
TEST(KeySchedule, DerivesTheKnownKeys) {
  const KeySchedule schedule = Make();
  EXPECT_EQ(Hex(schedule.EndpointKey(base::AsBytes("node"), 2)),
            "1a3e73e469115a346e08983cb02059fd353a3b91dd1da0addd7badad07920452");
  EXPECT_EQ(Hex(schedule.ShardKey(base::AsBytes("file"), 3, 1)),
            "e26095bedf851f78c25f7aa3837f8d967da000b4c80d30cf27b66b4f1864ea68");
}

}  // namespace
}  // namespace shadw::crypto
