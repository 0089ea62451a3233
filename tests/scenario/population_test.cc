// SPDX-License-Identifier: Apache-2.0
#include "libshadw/scenario/population.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "libshadw/sim/address_plan.h"

namespace shadw::scenario {
namespace {

dht::NodeId AnyId(sim::Random& random) {
  base::ByteArray<20> bytes;
  random.Fill(bytes);
  return dht::NodeId::FromBytes(bytes);
}

TEST(ThePopulation, NamesTheClosestAsBruteForceDoes) {
  sim::Random random({.seed = 1});
  for (const size_t size : {1, 7, 8, 9, 100, 3000}) {
    Population population;
    std::vector<dht::Contact> all;
    for (size_t i = 0; i < size; ++i) {
      all.push_back({AnyId(random), sim::AddressPlan::EndpointOf(static_cast<uint32_t>(i))});
      population.Add(all.back());
    }
    for (int round = 0; round < 50; ++round) {
      const dht::NodeId target = AnyId(random);
      std::ranges::sort(all, [&](const dht::Contact& a, const dht::Contact& b) {
        return dht::Closer(target, a.id, b.id);
      });
      const std::vector<dht::Contact> brute(
          all.begin(), all.begin() + static_cast<ptrdiff_t>(std::min<size_t>(8, size)));
      EXPECT_EQ(population.Closest(target, 8), brute);
    }
  }
}

TEST(ThePopulation, ForgetsWhoLeft) {
  sim::Random random({.seed = 2});
  Population population;
  const dht::Contact contact{AnyId(random), sim::AddressPlan::EndpointOf(1)};
  population.Add(contact);
  EXPECT_TRUE(population.Contains(contact.id));
  population.Remove(contact.id);
  EXPECT_FALSE(population.Contains(contact.id));
  EXPECT_EQ(population.size(), 0U);
}

}  // namespace
}  // namespace shadw::scenario
