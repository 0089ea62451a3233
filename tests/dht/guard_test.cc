// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/guard.h"

#include <gtest/gtest.h>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The beginning of a window.
constexpr base::Time kWindow = kStart;
static_assert(base::ToUnixSeconds(kWindow) % 10 == 0);

size_t Admitted(Guard& guard, base::Time now, const base::Endpoint& from, size_t queries) {
  size_t admitted = 0;
  for (size_t i = 0; i < queries; ++i) admitted += guard.Look(now, from).Admits();
  return admitted;
}

TEST(Guard, AdmitsEverybodyUpToTheLimitAndCountsTheSilenceBeyond) {
  Guard guard({.queries_per_10s = 100});
  EXPECT_EQ(Admitted(guard, kWindow, Host(1), 100), 100u);
  EXPECT_EQ(guard.silenced(), 0u);
  EXPECT_EQ(Admitted(guard, kWindow + seconds(9), Host(1), 30), 0u);
  EXPECT_EQ(guard.silenced(), 30u);
  EXPECT_EQ(Admitted(guard, kWindow, Host(2), 100), 100u);
}

TEST(Guard, EveryWindowBeginsWithACleanSheet) {
  Guard guard({.queries_per_10s = 5});
  for (int window = 0; window < 4; ++window) {
    EXPECT_EQ(Admitted(guard, kWindow + seconds(10 * window), Host(1), 9), 5u);
  }
}

TEST(Guard, WithoutALimitEverybodyIsAdmitted) {
  Guard guard({.queries_per_10s = 0, .unproven_bytes_per_second = 0});
  EXPECT_EQ(Admitted(guard, kWindow, Host(1), 10'000), 10'000u);
  guard.Look(kWindow, Host(1)).Sent(1 << 30);
  EXPECT_EQ(guard.Look(kWindow, Host(1)).ReplyLimit(Method::kFindNode, 100), 350u);
}

TEST(Guard, AnAddressIsAnIpWhateverThePort) {
  Guard guard({.queries_per_10s = 10});
  EXPECT_EQ(Admitted(guard, kWindow, Host(1, 1), 10), 10u);
  EXPECT_EQ(Admitted(guard, kWindow, Host(1, 2), 10), 0u);
  base::Endpoint v6 = Host6(1), neighbour = v6, stranger = v6;
  neighbour.address[15] = 9;  // the same /64
  stranger.address[7] = 9;
  EXPECT_EQ(Admitted(guard, kWindow, v6, 10), 10u);
  EXPECT_EQ(Admitted(guard, kWindow, neighbour, 10), 0u);
  EXPECT_EQ(Admitted(guard, kWindow, stranger, 10), 10u);
}

TEST(Guard, RepliesToTheUnprovenAreBoundedByAMultipleOfTheQuery) {
  struct {
    Method method;
    size_t limit;
  } const expected[] = {{Method::kPing, 125},          {Method::kPingNat, 125},
                        {Method::kFindNode, 350},      {Method::kSampleTargets, 350},
                        {Method::kGetPeers, 500},      {Method::kAnnouncePeer, 500},
                        {Method::kPutMutable, 500},    {Method::kUnknown, 500},
                        {Method::kGetImmutable, 1472}, {Method::kGetMutable, 1472}};
  for (const auto& [method, limit] : expected) {
    Guard guard({});
    EXPECT_EQ(guard.Look(kWindow, Host(1)).ReplyLimit(method, 100), limit);
    // Scaled, but never beyond a datagram.
    Guard generous({.amplification_scale = 2});
    EXPECT_EQ(generous.Look(kWindow, Host(1)).ReplyLimit(method, 100),
              std::min(kMaxDatagramBytes, 2 * limit));
  }
}

TEST(Guard, TheUnprovenGetSoManyBytesASecondAllTogether) {
  Guard guard({});
  for (int second = 0; second < 3; ++second) {
    const base::Time now = kWindow + seconds(second);
    size_t sent = 0;
    for (int i = 0; i < 100; ++i) {
      Guard::Account account = guard.Look(now, Host(1, static_cast<uint16_t>(1 + i)));
      const size_t limit = account.ReplyLimit(Method::kGetMutable, 100);
      account.Sent(limit);
      sent += limit;
    }
    EXPECT_EQ(sent, 4096u);
  }
  EXPECT_GT(guard.silenced(), 0u);
}

TEST(Guard, AProofLiftsBothLimitsForItsLifetime) {
  Guard guard({.proof_lifetime = minutes(10)});
  guard.Look(kWindow, Host(1)).Prove();
  for (const base::Duration later : {seconds(0), seconds(25), seconds(599)}) {
    Guard::Account account = guard.Look(kWindow + later, Host(1, 99));
    EXPECT_TRUE(account.is_proven());
    account.Sent(1 << 20);
    EXPECT_EQ(account.ReplyLimit(Method::kPing, 1), kMaxDatagramBytes);
  }
  EXPECT_FALSE(guard.Look(kWindow + minutes(10), Host(1)).is_proven());
  EXPECT_FALSE(guard.Look(kWindow, Host(2)).is_proven());
}

TEST(Guard, AMillionAddressesTakeNoMoreMemoryThanTheLimit) {
  Guard guard({.max_addresses = 1000});
  size_t admitted = 0;
  for (uint32_t i = 0; i < 1'000'000; ++i) admitted += guard.Look(kWindow, Host(i)).Admits();
  EXPECT_EQ(guard.addresses(), 1000u);
  // The newcomers share one allowance.
  EXPECT_EQ(admitted, 1000u + 2000u);
}

TEST(Guard, AFloodDoesNotSilenceThoseOfTheSameWindowWhoWereThereBefore) {
  Guard guard({.queries_per_10s = 50, .max_addresses = 1000});
  EXPECT_EQ(Admitted(guard, kWindow, Host(7), 10), 10u);
  for (uint32_t i = 1000; i < 100'000; ++i) guard.Look(kWindow, Host(i)).Admits();
  EXPECT_EQ(Admitted(guard, kWindow, Host(7), 100), 40u);
}

TEST(Guard, AFloodDoesNotSilenceThoseWhoAreProven) {
  Guard guard({.queries_per_10s = 50, .max_addresses = 1000});
  for (uint32_t i = 0; i < 1000; ++i) guard.Look(kWindow, Host(i)).Prove();
  for (int window = 1; window < 5; ++window) {
    const base::Time now = kWindow + seconds(10 * window);
    for (uint32_t i = 1000; i < 100'000; ++i) guard.Look(now, Host(i)).Admits();
    for (uint32_t i = 0; i < 1000; ++i) {
      EXPECT_EQ(Admitted(guard, now, Host(i), 60), 50u);
      EXPECT_TRUE(guard.Look(now, Host(i)).is_proven());
    }
    EXPECT_LE(guard.addresses(), 2000u);
  }
}

TEST(Guard, WhoCannotBeToldApartCannotProveForTheOthers) {
  Guard guard({.max_addresses = 1});
  guard.Look(kWindow, Host(1)).Admits();
  guard.Look(kWindow, Host(2)).Prove();
  EXPECT_FALSE(guard.Look(kWindow, Host(2)).is_proven());
  EXPECT_FALSE(guard.Look(kWindow, Host(3)).is_proven());
}

TEST(Guard, OldProofsMakeWayForNewOnes) {
  Guard guard({.proof_lifetime = seconds(20), .max_addresses = 100});
  for (uint32_t i = 0; i < 100; ++i) guard.Look(kWindow, Host(i)).Prove();
  const base::Time later = kWindow + seconds(30);
  guard.Look(later, Host(200)).Prove();
  EXPECT_TRUE(guard.Look(later + seconds(10), Host(200)).is_proven());
}

TEST(Guard, WhoIsProvenRenewsItsProofHoweverManyOthersAre) {
  Guard guard({.proof_lifetime = seconds(20), .max_addresses = 100});
  for (uint32_t i = 0; i < 100; ++i) guard.Look(kWindow, Host(i)).Prove();
  guard.Look(kWindow + seconds(15), Host(7)).Prove();
  EXPECT_TRUE(guard.Look(kWindow + seconds(30), Host(7)).is_proven());
  EXPECT_FALSE(guard.Look(kWindow + seconds(30), Host(8)).is_proven());
}

// Sweeping looks at every proof, and anybody who has a token can ask for it.
TEST(Guard, ProofsThatExpiredAreSweptOnceAWindowAtMost) {
  Guard guard({.proof_lifetime = seconds(25), .max_addresses = 100});
  for (uint32_t i = 0; i < 100; ++i) guard.Look(kWindow, Host(i)).Prove();
  guard.Look(kWindow + seconds(20), Host(200)).Prove();  // none has expired
  guard.Look(kWindow + seconds(26), Host(201)).Prove();  // all have
  EXPECT_FALSE(guard.Look(kWindow + seconds(30), Host(201)).is_proven());
  guard.Look(kWindow + seconds(31), Host(202)).Prove();
  EXPECT_TRUE(guard.Look(kWindow + seconds(40), Host(202)).is_proven());
}

TEST(Guard, RefusesOptionsOutOfRange) {
  EXPECT_TRUE(GuardOptions{}.Validate().ok());
  for (const GuardOptions& options :
       {GuardOptions{.amplification_scale = -1}, GuardOptions{.amplification_scale = 1e300},
        GuardOptions{.proof_lifetime = seconds(-1)}, GuardOptions{.max_addresses = 0},
        GuardOptions{.max_addresses = size_t{1} << 30}}) {
    EXPECT_EQ(options.Validate().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace shadw::dht
