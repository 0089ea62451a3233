// SPDX-License-Identifier: Apache-2.0
//
// Proof of compute: a chain of steps each of which needs those before it, so that many
// processors do it no sooner than one, and of which anybody re-executes a few gaps to know
// that it was done.
//
// A chain is cut into gaps of `steps_per_gap` steps. Step n makes of a state
//
//   BLAKE2b-256(task digest (32) ‖ n (8) ‖ state)
//
// or, in the memory-hard kind, Argon2id of the state under the first 16 bytes of
// BLAKE2b-256(task digest ‖ n) as salt. The task digest binds node, seed, lane and spec:
// nothing can be done before the task is known or for two tasks at once. A Merkle tree over
// the states that the gaps end with commits to the chain, and a gap begins with
//
//   BLAKE2b-256("shadw gap 1" ‖ task digest ‖ gap (4) ‖ left siblings, the oldest first)
//
// where the siblings are those on the left of the gap's way to the root: together they
// stand for every gap before it. A gap is opened by its siblings alone, as the verifier
// makes the rest.
//
//   const WorkTask task = {.node_id = id, .seed = fresh, .spec = {}};
//   SHADW_ASSIGN_OR_RETURN(const WorkChain chain, WorkChain::Run(task));    // the node
//   … sends chain.root(), and the verifier takes the time until it came …
//   const GapChallenge gaps = {.seed = fresh};                              // only now
//   SHADW_ASSIGN_OR_RETURN(const WorkProof proof, chain.Prove(gaps));
//   SHADW_RETURN_IF_ERROR(VerifyWork(task, root, gaps, proof));             // anyone
//
// Who did a part f of the gaps one after the other passes with probability f^gaps, whatever
// else it did at the same time: with p processors in a p-th of the time, p^-30.
//
// Limits. A faster processor is faster. The verifier's clock decides, between task and root:
// nothing in a proof tells time. Nodes of one owner are to be given their tasks at the same
// instant, or one machine stands in for all. A chain keeps one core busy: give each core its
// own `lane`.
//   Source   proofs.md, "Proof of compute"; catalogue S61; RFC 7693; RFC 9106; Cohen and
//            Pietrzak, Simple Proofs of Sequential Work, EUROCRYPT 2018
#ifndef LIBSHADW_CAPACITY_WORK_CHAIN_H_
#define LIBSHADW_CAPACITY_WORK_CHAIN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/time.h"
#include "libshadw/base/units.h"
#include "libshadw/capacity/plot.h"
#include "libshadw/crypto/merkle.h"

namespace shadw::capacity {

inline constexpr uint32_t kMaxGaps = 1 << 20;
inline constexpr uint32_t kMaxStepsPerGap = 1 << 20;
inline constexpr uint64_t kMaxWorkMemoryBytes = base::kGiB;
inline constexpr uint32_t kMaxGapsOpened = 256;
inline constexpr size_t kMeasureRuns = 5;

enum class WorkKind : uint8_t { kHashChain, kMemoryHard };

struct WorkSpec {
  WorkKind kind = WorkKind::kHashChain;
  uint32_t gaps = 4096;
  uint32_t steps_per_gap = 256;
  uint64_t memory_bytes = 64 * base::kMiB;  // of one step, memory-hard only

  uint64_t steps() const { return uint64_t{gaps} * steps_per_gap; }
  //   Errors   kInvalidArgument  a number that is 0 or over its maximum; memory_bytes under
  //                              8 KiB
  absl::Status Validate() const;
};

struct WorkTask {
  NodeId node_id{};
  base::ByteArray<32> seed{};
  uint32_t lane = 0;
  WorkSpec spec;
};

struct GapChallenge {
  base::ByteArray<32> seed{};
  uint32_t gaps = 30;

  //   Errors   kInvalidArgument  gaps is 0 or over kMaxGapsOpened
  absl::Status Validate() const;
};

// The siblings of an opened gap, from the leaf upwards.
struct Gap {
  std::vector<Hash256> path;

  bool operator==(const Gap&) const = default;
};

struct WorkProof {
  std::vector<Gap> gaps;

  bool operator==(const WorkProof&) const = default;
};

// Which gaps are to be opened, in the order of the proof; some may come twice.
std::vector<uint32_t> OpenedGaps(const WorkTask& task, const Hash256& root,
                                 const GapChallenge& challenge);

class WorkChain {
 public:
  //   Errors   kInvalidArgument    a spec that does not hold
  //            kResourceExhausted  no memory for a memory-hard step
  //   Cost     spec.steps() steps: about 0.2 us a hash; 64 bytes of memory a gap
  static absl::StatusOr<WorkChain> Run(const WorkTask& task);

  const Hash256& root() const { return tree_.root(); }
  //   Errors   kInvalidArgument  a challenge that does not hold
  absl::StatusOr<WorkProof> Prove(const GapChallenge& challenge) const;

 private:
  WorkChain(const WorkTask& task, std::span<const Hash256> ends);
  WorkTask task_;
  crypto::MerkleTree tree_;
};

// Executes the opened gaps again.
//   Errors   kInvalidArgument    a task or challenge that does not hold
//            kPermissionDenied   the proof does not hold
//            kResourceExhausted  no memory for a memory-hard step
//   Cost     challenge.gaps * steps_per_gap steps; hostile proofs cost no more
absl::Status VerifyWork(const WorkTask& task, const Hash256& root, const GapChallenge& challenge,
                        const WorkProof& proof);

base::Bytes EncodeWorkProof(const WorkProof& proof);
//   Errors   kDataLoss       cut short, too long, a count out of range
//            kUnimplemented  a format of another version
absl::StatusOr<WorkProof> ParseWorkProof(base::ByteSpan bytes);

struct WorkMeasurement {
  std::array<double, kMeasureRuns> cycles_per_s{};  // in the order they were run
  double median_cycles_per_s = 0;
};

// Runs the chain five times, under lanes task.lane … task.lane + 4, and takes the median: one
// run that was disturbed changes nothing.
//   Errors   as WorkChain::Run
//            kDeadlineExceeded    one run took longer than `deadline`
//            kFailedPrecondition  the clock did not move
absl::StatusOr<WorkMeasurement> MeasureWork(const WorkTask& task, base::Duration deadline,
                                            const base::Clock& clock);

}  // namespace shadw::capacity

#endif  // LIBSHADW_CAPACITY_WORK_CHAIN_H_
