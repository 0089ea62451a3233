// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/network_size.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/dht/strangers.h"

namespace shadw::dht {
namespace {

TEST(NetworkSize, KnowsNothingBeforeItObserved) {
  NetworkSize size;
  size.Observe(IdOf(1), 0);
  EXPECT_EQ(size.Estimate(), 0);
  EXPECT_EQ(size.ExpectedDistance(8), UINT64_MAX);
}

// One observation of a spacing of exactly 1 / N is N.
TEST(NetworkSize, EqualsTheClosedFormForEvenlySpreadNodes) {
  for (const double nodes : {64.0, 1024.0, 1048576.0}) {
    NetworkSize size;
    for (const size_t k : {1, 8, 20}) {
      size.Observe(IdOf(static_cast<uint64_t>(std::ldexp(1, 64) / nodes * double(k))), k);
    }
    EXPECT_NEAR(size.Estimate(), nodes, nodes * 1e-5);
    EXPECT_NEAR(static_cast<double>(size.ExpectedDistance(8)), std::ldexp(8, 64) / nodes,
                std::ldexp(8, 64) / nodes * 1e-5);
  }
}

// The k-th of N has relative deviation 1 / sqrt(k); 16 of them 1 / sqrt(16 k): nine percent
// with k = 8. Five deviations are never left.
TEST(NetworkSize, IsWithinItsBoundsForRandomPopulations) {
  crypto::SeededRandom random(1);
  for (const auto& [nodes, k] :
       {std::pair<size_t, size_t>{300, 8}, {3000, 8}, {3000, 20}, {20'000, 20}}) {
    const std::vector<Contact> population = RandomContacts(random, nodes, 20);
    NetworkSize size;
    for (size_t i = 0; i < NetworkSize::kObservations; ++i) {
      const NodeId target = RandomId(random, 20);
      size.Observe(Distance(target, ClosestByBruteForce(target, population, k).back()), k);
    }
    const double deviation = 1 / std::sqrt(16.0 * static_cast<double>(k));
    EXPECT_NEAR(size.Estimate() / static_cast<double>(nodes), 1, 5 * deviation);
  }
}

TEST(NetworkSize, ForgetsWhatItObservedLongAgo) {
  NetworkSize size;
  const auto observe = [&](double nodes, size_t times) {
    for (size_t i = 0; i < times; ++i) {
      size.Observe(IdOf(static_cast<uint64_t>(std::ldexp(8, 64) / nodes)), 8);
    }
  };
  observe(100, 50);
  observe(100'000, NetworkSize::kObservations);
  EXPECT_NEAR(size.Estimate(), 100'000, 1);
}

TEST(NetworkSize, ARankBeyondTheNetworkIsExpectedNowhere) {
  NetworkSize size;
  size.Observe(IdOf(UINT64_MAX / 4), 1);  // about four nodes
  EXPECT_EQ(size.ExpectedDistance(8), UINT64_MAX);
  EXPECT_LT(size.ExpectedDistance(1), UINT64_MAX / 3);
}

TEST(NetworkSize, AnIdThatEqualsItsTargetDoesNotBreakIt) {
  NetworkSize size;
  size.Observe(NodeId{}, 8);
  EXPECT_TRUE(std::isfinite(size.Estimate()));
  EXPECT_EQ(size.ExpectedDistance(8), UINT64_MAX);
}

}  // namespace
}  // namespace shadw::dht
