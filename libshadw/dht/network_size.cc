// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/network_size.h"

#include <algorithm>

namespace shadw::dht {
namespace {

constexpr double kSpace = 18446744073709551616.0;  // 2^64

}  // namespace

void NetworkSize::Observe(const NodeId& distance, size_t k) {
  if (k == 0) return;
  spacing_[next_] =
      static_cast<float>(static_cast<double>(distance.words[0]) / kSpace / static_cast<double>(k));
  next_ = static_cast<uint8_t>((next_ + 1) % kObservations);
  size_ = static_cast<uint8_t>(std::min<size_t>(size_ + 1u, kObservations));
}

double NetworkSize::Estimate() const {
  double sum = 0;
  for (size_t i = 0; i < size_; ++i) sum += spacing_[i];
  return sum > 0 ? size_ / sum : 0;
}

uint64_t NetworkSize::ExpectedDistance(double rank) const {
  const double nodes = Estimate();
  if (nodes <= rank) return UINT64_MAX;
  return static_cast<uint64_t>(rank / nodes * kSpace);
}

}  // namespace shadw::dht
