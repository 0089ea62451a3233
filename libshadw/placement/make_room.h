// SPDX-License-Identifier: Apache-2.0
//
// Taking the earliest ring can run into a corner: one owner's last node sits in the
// only subnet that another owner could have used. Then settled shards have to move for
// one more to fit. With owners and subnets as the two sides of a graph and nodes as its
// edges this is a flow, and one more shard fits exactly where an augmenting path exists.
//   Source   Ford & Fulkerson 1956
#ifndef LIBSHADW_PLACEMENT_MAKE_ROOM_H_
#define LIBSHADW_PLACEMENT_MAKE_ROOM_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libshadw/placement/room.h"

namespace shadw::placement {

// The nodes of a shortest path, in order: the new shard goes to the first; a shard of
// each second one moves to the one after it. Nothing where no shard more fits at all.
//   Shapes   preference  every node once, as the new shard prefers them
std::optional<std::vector<uint32_t>> FindPathToRoom(const Room& room,
                                                    std::span<const uint32_t> preference);

}  // namespace shadw::placement

#endif  // LIBSHADW_PLACEMENT_MAKE_ROOM_H_
