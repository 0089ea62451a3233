// SPDX-License-Identifier: Apache-2.0
#include "libshadw/placement/room.h"

#include <algorithm>
#include <numeric>

namespace shadw::placement {
namespace {

uint32_t Resolved(uint16_t maximum, uint16_t data_shards) {
  if (maximum != 0) return maximum;
  return data_shards == 1 ? 1 : data_shards - 1;
}

}  // namespace

Room::Room(std::span<const Node> nodes, const Rule& rule)
    : max_per_node_(rule.max_per_node),
      taken_(nodes.size()),
      owners_(nodes, &Node::owner, Resolved(rule.max_per_owner, rule.data_shards)),
      subnets_(nodes, &Node::subnet, Resolved(rule.max_per_subnet, rule.data_shards)) {}

Room::Groups::Groups(std::span<const Node> nodes, std::string Node::*name, uint32_t maximum_each)
    : group_of(nodes.size()) {
  std::vector<uint32_t> order(nodes.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(
      order, {}, [&](uint32_t i) -> const auto& { return nodes[i].*name; });
  for (size_t at = 0; at < order.size(); ++at) {
    const std::string& own = nodes[order[at]].*name;
    const bool shared = at > 0 && !own.empty() && own == nodes[order[at - 1]].*name;
    if (!shared) maximum.push_back(own.empty() ? UINT32_MAX : maximum_each);
    group_of[order[at]] = static_cast<uint32_t>(maximum.size() - 1);
  }
  taken.resize(maximum.size());
}

}  // namespace shadw::placement
