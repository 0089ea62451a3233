// SPDX-License-Identifier: Apache-2.0
//
// How many nodes the network has, estimated from how close the closest of them lie: of
// N ids spread evenly, the k-th closest to a random target lies at about k / N of the
// whole space.
//
//   NetworkSize size;
//   size.Observe(distance_of_kth, k);         // after each lookup of a random target
//   size.Estimate();                          // nodes
//   size.ExpectedDistance(8);                 // 64 highest bits of the 8th's distance
//
// Limits: the last kObservations count; with k = 8 the estimate is within a quarter in
// two of three cases. Targets that an attacker may choose must not be observed.
//   Source   order statistics of uniform variables; the idea: pubky/mainline
#ifndef LIBSHADW_DHT_NETWORK_SIZE_H_
#define LIBSHADW_DHT_NETWORK_SIZE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "libshadw/dht/node_id.h"

namespace shadw::dht {

class NetworkSize {
 public:
  static constexpr size_t kObservations = 16;

  // The k-th closest node to a target drawn at random lies at `distance`.
  void Observe(const NodeId& distance, size_t k);
  // Nodes; 0 while nothing was observed.
  double Estimate() const;
  // The highest 64 bits of the distance below which `rank` nodes are expected; all ones
  // while nothing was observed.
  uint64_t ExpectedDistance(double rank) const;

 private:
  std::array<float, kObservations> spacing_{};  // distance / k, as a fraction of 2^64
  uint8_t size_ = 0;
  uint8_t next_ = 0;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_NETWORK_SIZE_H_
