// SPDX-License-Identifier: Apache-2.0
#include "libshadw/placement/make_room.h"

#include <algorithm>

namespace shadw::placement {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// The nodes of each group, in the order of preference.
class NodesByGroup {
 public:
  NodesByGroup(std::span<const uint32_t> preference, size_t groups, auto group_of)
      : first_(groups + 1), nodes_(preference.size()) {
    for (const uint32_t node : preference) ++first_[group_of(node) + 1];
    for (size_t g = 0; g < groups; ++g) first_[g + 1] += first_[g];
    std::vector<uint32_t> next(first_.begin(), first_.end() - 1);
    for (const uint32_t node : preference) nodes_[next[group_of(node)]++] = node;
  }
  std::span<const uint32_t> operator[](uint32_t group) const {
    return std::span(nodes_).subspan(first_[group], first_[group + 1] - first_[group]);
  }

 private:
  std::vector<uint32_t> first_;
  std::vector<uint32_t> nodes_;
};

// Breadth first from the owners with room to a subnet with room. Forward along nodes
// with room of their own, backward along nodes that hold a shard.
class Search {
 public:
  Search(const Room& room, std::span<const uint32_t> preference)
      : room_(room),
        by_owner_(preference, room.owner_count(), [&](uint32_t i) { return room.owner(i); }),
        by_subnet_(preference, room.subnet_count(), [&](uint32_t i) { return room.subnet(i); }),
        into_owner_(room.owner_count(), kNone),
        into_subnet_(room.subnet_count(), kNone),
        owner_met_(room.owner_count()) {
    for (const uint32_t node : preference) {
      if (room.OwnerHas(node)) Meet(room.owner(node), kNone);
    }
  }

  std::optional<std::vector<uint32_t>> Run() {
    for (size_t at = 0; at < queue_.size(); ++at) {
      for (const uint32_t node : by_owner_[queue_[at]]) {
        const uint32_t subnet = room_.subnet(node);
        if (!room_.NodeHas(node) || into_subnet_[subnet] != kNone) continue;
        into_subnet_[subnet] = node;
        if (room_.SubnetHas(node)) return PathTo(node);
        for (const uint32_t full : by_subnet_[subnet]) {
          if (room_.taken(full) > 0) Meet(room_.owner(full), full);
        }
      }
    }
    return std::nullopt;
  }

 private:
  void Meet(uint32_t owner, uint32_t through) {
    if (owner_met_[owner]) return;
    owner_met_[owner] = true;
    into_owner_[owner] = through;
    queue_.push_back(owner);
  }

  // Walks back from the last node to an owner that had room by itself.
  std::vector<uint32_t> PathTo(uint32_t node) const {
    std::vector<uint32_t> path = {node};
    while (into_owner_[room_.owner(node)] != kNone) {
      const uint32_t left = into_owner_[room_.owner(node)];
      node = into_subnet_[room_.subnet(left)];
      path.push_back(left);
      path.push_back(node);
    }
    std::ranges::reverse(path);
    return path;
  }

  const Room& room_;
  NodesByGroup by_owner_;
  NodesByGroup by_subnet_;
  std::vector<uint32_t> into_owner_;   // the node given up to come here
  std::vector<uint32_t> into_subnet_;  // the node taken up to come here
  std::vector<bool> owner_met_;
  std::vector<uint32_t> queue_;  // owners
};

}  // namespace

std::optional<std::vector<uint32_t>> FindPathToRoom(const Room& room,
                                                    std::span<const uint32_t> preference) {
  return Search(room, preference).Run();
}

}  // namespace shadw::placement
