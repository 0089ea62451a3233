// SPDX-License-Identifier: Apache-2.0
//
// Who is alive in a rehearsed network, in the order of ids: the referee that knows which
// nodes really are closest, and fills tables as long quiet would have filled them.
#ifndef LIBSHADW_SCENARIO_POPULATION_H_
#define LIBSHADW_SCENARIO_POPULATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "libshadw/base/time.h"
#include "libshadw/dht/node.h"
#include "libshadw/sim/random.h"

namespace shadw::scenario {

class Population {
 public:
  Population();
  Population(Population&&) noexcept;
  ~Population();

  void Add(const dht::Contact& contact);
  void Remove(const dht::NodeId& id);
  size_t size() const;
  bool Contains(const dht::NodeId& id) const;
  // The closest `count` of those alive, closest first.
  std::vector<dht::Contact> Closest(const dht::NodeId& target, size_t count) const;
  // Everybody in the order of ids.
  std::vector<dht::Contact> Everybody() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Gives `node` what its table would hold after a long time in a network of `everybody`:
// in each bucket as many contacts as there are, at most `bucket_size`, drawn at random.
//   Shapes   everybody  in the order of ids
void FillTable(std::span<const dht::Contact> everybody, size_t bucket_size, base::Time now,
               sim::Random* random, dht::Node* node);

}  // namespace shadw::scenario

#endif  // LIBSHADW_SCENARIO_POPULATION_H_
