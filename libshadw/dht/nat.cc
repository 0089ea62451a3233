// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/nat.h"

#include <algorithm>
#include <array>
#include <vector>

namespace shadw::dht {
namespace {

bool OneHost(const base::Endpoint& a, const base::Endpoint& b) {
  if (a == b) return true;
  return !a.IsLocal() && a.v6 == b.v6 && a.address == b.address;
}

}  // namespace

std::string_view NameOf(NatClass nat) {
  switch (nat) {
    case NatClass::kOpen:
      return "open";
    case NatClass::kConsistent:
      return "consistent";
    case NatClass::kRandom:
      return "random";
    case NatClass::kUnknown:
      break;
  }
  return "unknown";
}

NatClass ClassifyNat(std::span<const NatSample> samples, bool reached_unasked) {
  if (reached_unasked) return NatClass::kOpen;
  std::vector<NatSample> votes;
  for (const NatSample& sample : samples.first(std::min(samples.size(), kMaxNatSamples))) {
    const auto same_host = [&](const NatSample& vote) {
      return OneHost(vote.observer, sample.observer);
    };
    if (std::ranges::none_of(votes, same_host)) votes.push_back(sample);
  }
  const size_t answers = votes.size();
  size_t most_agreeing = 0;
  for (const NatSample& vote : votes) {
    const auto agreeing =
        static_cast<size_t>(std::ranges::count(votes, vote.seen, &NatSample::seen));
    most_agreeing = std::max(most_agreeing, agreeing);
  }
  if (answers < kMinNatSamples) return NatClass::kUnknown;
  if (most_agreeing >= kMinNatSamples && 2 * most_agreeing > answers) return NatClass::kConsistent;
  if (most_agreeing == 1 || answers > kMinNatSamples) return NatClass::kRandom;
  return NatClass::kUnknown;
}

Traversal PlanTraversal(NatClass a, NatClass b) {
  using enum Traversal;
  // Rows and columns as in NatClass. Where one end is random, the other sends to many
  // ports until one fits, which two random ones cannot; and an unknown may be random.
  static constexpr std::array<std::array<Traversal, 4>, 4> kPlans = {{
      {kDirect, kDirect, kDirect, kDirect},
      {kDirect, kHolepunch, kHolepunch, kHolepunch},
      {kDirect, kHolepunch, kRelay, kRelay},
      {kDirect, kHolepunch, kRelay, kRelay},
  }};
  return kPlans[static_cast<size_t>(a)][static_cast<size_t>(b)];
}

}  // namespace shadw::dht
