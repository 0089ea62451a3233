// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/nat.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace shadw::dht {
namespace {

using enum NatClass;
using enum Traversal;

base::Endpoint Host(uint8_t i, uint16_t port = 49737) {
  return base::Endpoint::V4(8, 8, i, 1, port);
}

// One answer a host; each letter is the port at which it saw us.
std::vector<NatSample> Seen(std::string_view ports) {
  std::vector<NatSample> samples;
  for (const char port : ports) {
    samples.push_back({.observer = Host(static_cast<uint8_t>(samples.size())),
                       .seen = base::Endpoint::V4(9, 9, 9, 9, static_cast<uint16_t>(port))});
  }
  return samples;
}

TEST(Nat, IsClassifiedByHowManyAgree) {
  const std::map<std::string_view, NatClass> expected = {
      {"", kUnknown},        {"a", kUnknown},          {"aa", kUnknown},       {"ab", kUnknown},
      {"aaa", kConsistent},  {"aab", kUnknown},        {"aba", kUnknown},      {"abc", kRandom},
      {"aaaa", kConsistent}, {"aaab", kConsistent},    {"baaa", kConsistent},  {"aabb", kRandom},
      {"aabc", kRandom},     {"abcd", kRandom},        {"aaabb", kConsistent}, {"aaabbb", kRandom},
      {"aaabcd", kRandom},   {"aaaabcd", kConsistent},
  };
  for (const auto& [ports, nat] : expected) EXPECT_EQ(ClassifyNat(Seen(ports)), nat) << ports;
}

TEST(Nat, IsOpenOnceItWasReachedUnasked) {
  for (const char* ports : {"", "aaa", "abc"}) EXPECT_EQ(ClassifyNat(Seen(ports), true), kOpen);
}

TEST(Nat, AnotherIpAtTheSamePortIsAnotherAddress) {
  std::vector<NatSample> samples = Seen("aaa");
  samples[2].seen = base::Endpoint::V4(9, 9, 9, 8, samples[2].seen.port);
  EXPECT_EQ(ClassifyNat(samples), kUnknown);
}

TEST(Nat, OneHostCountsOnceHoweverManyPortsItHas) {
  std::vector<NatSample> samples = Seen("aaaa");
  for (uint16_t port = 1; port < 50; ++port) {
    samples.push_back({.observer = Host(9, port), .seen = base::Endpoint::V4(1, 1, 1, 1, port)});
  }
  EXPECT_EQ(ClassifyNat(samples), kConsistent);
  samples.erase(samples.begin(), samples.begin() + 4);
  EXPECT_EQ(ClassifyNat(samples), kUnknown);
}

TEST(Nat, NodesOfOneLocalHostCountEach) {
  std::vector<NatSample> samples;
  for (uint16_t port = 1; port <= 3; ++port) {
    samples.push_back({.observer = base::Endpoint::V4(127, 0, 0, 1, port),
                       .seen = base::Endpoint::V4(127, 0, 0, 1, 9000)});
  }
  EXPECT_EQ(ClassifyNat(samples), kConsistent);
  samples[2].observer = samples[0].observer;
  EXPECT_EQ(ClassifyNat(samples), kUnknown);
}

TEST(Nat, SamplesBeyondTheLimitAreLeftOut) {
  std::vector<NatSample> samples = Seen(std::string(kMaxNatSamples, 'a'));
  const std::vector<NatSample> more = Seen(std::string(200, 'b'));
  samples.insert(samples.end(), more.begin() + kMaxNatSamples, more.end());
  EXPECT_EQ(ClassifyNat(samples), kConsistent);
}

TEST(Nat, EveryPairHasItsPlan) {
  const Traversal expected[4][4] = {
      // open, consistent, random, unknown
      {kDirect, kDirect, kDirect, kDirect},
      {kDirect, kHolepunch, kHolepunch, kHolepunch},
      {kDirect, kHolepunch, kRelay, kRelay},
      {kDirect, kHolepunch, kRelay, kRelay},
  };
  for (const NatClass a : {kOpen, kConsistent, kRandom, kUnknown}) {
    for (const NatClass b : {kOpen, kConsistent, kRandom, kUnknown}) {
      EXPECT_EQ(PlanTraversal(a, b), expected[static_cast<int>(a)][static_cast<int>(b)]);
      EXPECT_EQ(PlanTraversal(a, b), PlanTraversal(b, a));
    }
  }
}

// Knowing more never asks for a dearer way than not knowing did.
TEST(Nat, APlanForTheUnknownHoldsForWhateverItIs) {
  for (const NatClass a : {kOpen, kConsistent, kRandom, kUnknown}) {
    for (const NatClass b : {kOpen, kConsistent, kRandom}) {
      EXPECT_LE(PlanTraversal(a, b), PlanTraversal(a, kUnknown));
    }
  }
}

}  // namespace
}  // namespace shadw::dht
