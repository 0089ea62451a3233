// SPDX-License-Identifier: Apache-2.0
//
// Work of known answer that a storage node does anyway: encode a buffer made from a seed,
// and say the hash of the parity.
//
//   UsefulTask task = {.node_id = id, .seed = fresh};
//   task.code = {10, 4};
//   task.shard_bytes = 1 << 20;
//   SHADW_ASSIGN_OR_RETURN(const Hash256 answer, DoUsefulWork(task));
//
// The buffer hangs on the node id too: nothing that a neighbour did helps. Who asks needs the
// answer too, and works for it once for each node and seed; as with `work_chain.h` the time
// is taken by the one who asks.
//   Source   proofs.md, "Proof of compute"
#ifndef LIBSHADW_CAPACITY_USEFUL_WORK_H_
#define LIBSHADW_CAPACITY_USEFUL_WORK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"
#include "libshadw/capacity/plot.h"
#include "libshadw/erasure/code.h"

namespace shadw::capacity {

inline constexpr uint64_t kMaxUsefulBytes = base::kGiB;

struct UsefulTask {
  NodeId node_id{};
  base::ByteArray<32> seed{};
  erasure::Code code{.data_shards = 10, .parity_shards = 4};
  uint64_t shard_bytes = base::kMiB;

  //   Errors   kInvalidArgument  a code that does not hold or has no parity; shard_bytes 0;
  //                              more than kMaxUsefulBytes in all shards
  absl::Status Validate() const;
};

// BLAKE2b-256 of the parity shards. The data shards are the stream of crypto::SeededRandom
// under BLAKE2b-256("shadw useful work 1" ‖ node id ‖ seed), one after the other.
//   Errors   kInvalidArgument    as Validate
//            kResourceExhausted  no memory for all shards
//   Promise  same task, same answer, on every CPU
//   Cost     all shards as memory
absl::StatusOr<Hash256> DoUsefulWork(const UsefulTask& task);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_USEFUL_WORK_H_
