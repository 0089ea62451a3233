// SPDX-License-Identifier: Apache-2.0
//
// How much room a rule leaves on each node while shards are being settled. A node is
// seen as an edge between its owner and its subnet, each with a capacity; a node of
// unknown owner or subnet gets one of its own, which never runs out.
//
//   Room room(nodes, rule);
//   if (room.Has(node)) room.Take(node);
#ifndef LIBSHADW_PLACEMENT_ROOM_H_
#define LIBSHADW_PLACEMENT_ROOM_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libshadw/placement/placement.h"

namespace shadw::placement {

// Nodes by their index in the roster that was given. `rule` must be valid.
class Room {
 public:
  Room(std::span<const Node> nodes, const Rule& rule);

  bool Has(size_t node) const { return NodeHas(node) && owners_.Has(node) && subnets_.Has(node); }
  bool NodeHas(size_t node) const { return taken_[node] < max_per_node_; }
  bool OwnerHas(size_t node) const { return owners_.Has(node); }
  bool SubnetHas(size_t node) const { return subnets_.Has(node); }
  uint32_t taken(size_t node) const { return taken_[node]; }
  void Take(size_t node) { Add(node, 1); }
  void Release(size_t node) { Add(node, -1); }
  // Whether more was taken than the rule allows.
  bool Overfull(size_t node) const {
    return taken_[node] > max_per_node_ || owners_.Overfull(node) || subnets_.Overfull(node);
  }

  uint32_t owner(size_t node) const { return owners_.group_of[node]; }
  uint32_t subnet(size_t node) const { return subnets_.group_of[node]; }
  size_t owner_count() const { return owners_.taken.size(); }
  size_t subnet_count() const { return subnets_.taken.size(); }

 private:
  struct Groups {
    std::vector<uint32_t> group_of;  // by node
    std::vector<uint32_t> taken;     // by group
    std::vector<uint32_t> maximum;   // by group

    Groups(std::span<const Node> nodes, std::string Node::*name, uint32_t maximum_each);
    bool Has(size_t node) const { return taken[group_of[node]] < maximum[group_of[node]]; }
    bool Overfull(size_t node) const { return taken[group_of[node]] > maximum[group_of[node]]; }
  };
  void Add(size_t node, int by) {
    taken_[node] += by;
    owners_.taken[owners_.group_of[node]] += by;
    subnets_.taken[subnets_.group_of[node]] += by;
  }

  uint32_t max_per_node_;
  std::vector<uint32_t> taken_;
  Groups owners_;
  Groups subnets_;
};

}  // namespace shadw::placement

#endif  // LIBSHADW_PLACEMENT_ROOM_H_
