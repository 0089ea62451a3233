// SPDX-License-Identifier: Apache-2.0
//
// Finds, writes and removes the heads of an object: the instant of truth of a version.
//
// Readers gallop: of N versions the heads at N, N - 1, the powers of two and N with its
// low bits cleared are kept. Whoever knows some version asks for that sequence with its
// low bits rounded up: one of those is kept, so the newest is found in about log2(N)
// questions, each of them one request a node. A new generation starts at a power of two,
// so that readers who know nothing of earlier ones find it too.
//   Source   libshadw/shard/FORMAT.md, "Versions"
#ifndef LIBSHADW_VAULT_HEADS_H_
#define LIBSHADW_VAULT_HEADS_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/shard/head.h"
#include "libshadw/vault/environment.h"
#include "libshadw/vault/found_head.h"

namespace shadw::vault {

// What lies at the place of one head.
struct HeadPlace {
  std::optional<FoundHead> head;       // the winner: most copies, then the smallest version id
  std::vector<FoundHead> competitors;  // the others
  std::vector<size_t> garbage;         // nodes where the place is taken by something else
  std::vector<size_t> silent;          // nodes that did not say what they hold

  // The winner or a competitor of this version, null where there is none.
  const FoundHead* Find(const shard::VersionId& version) const;
};

// The sequence of the version after `newest`; in a new generation the next power of two.
uint64_t NextSequence(uint64_t newest, bool new_generation);
inline constexpr int kMaxSequenceBits = 62;

// The head with this sequence.
HeadPlace LookAtHead(const Environment& env, const shard::ObjectKeys& keys, uint64_t sequence);

// How many leaps a gallop makes from a known sequence: far enough for thousands of newer
// versions at once, few enough to ask for in one request.
inline constexpr int kNearLeaps = 12;
int LeapsFrom(uint64_t known);

// The newest head, removed objects' tombstones included; nothing where there is none.
// `at_least` is a sequence seen before: a vault that shows less is rolled back. The first
// head is looked for at 1, 2, 4, … up to `first_leaps` powers of two: generation 0 begins at
// 1, later ones at any of them.
//   Errors   kPermissionDenied    keys below verify
//            kFailedPrecondition  only older heads than `at_least` answer
absl::StatusOr<std::optional<FoundHead>> FindNewestHead(const Environment& env,
                                                        const shard::ObjectKeys& keys,
                                                        uint64_t at_least = 0,
                                                        int first_leaps = kMaxSequenceBits);

struct CommitResult {
  //   kAborted      another writer's head is there, or newer ones are
  //   kUnavailable  no node took it
  absl::Status status;
  size_t copies = 0;
  // With an error: whether the head is on no store. Where it may be on one, its version
  // must stay until that is known.
  bool certain = true;
  // Newer versions stand on another writer's head: what this one was to replace, they did.
  bool overtaken = false;
};

// Writes a sealed head to min(m + 1, nodes) nodes. The first copy is the commit: nodes
// are asked in one order by every writer, and a writer who meets another's head goes no
// further, so one writer wins whole.
CommitResult CommitHead(const Environment& env, const shard::ObjectKeys& keys,
                        const shard::HeadSealer& sealer, uint64_t sequence,
                        const shard::VersionId& version, uint16_t parity_shards);

// Copies a head to where copies are missing. Returns how many were written.
absl::StatusOr<size_t> SpreadHead(const Environment& env, const shard::ObjectKeys& keys,
                                  const FoundHead& head, uint16_t parity_shards);

// Removes this version's copies of the head with that sequence, nobody else's.
Removal RemoveHead(const Environment& env, const shard::ObjectKeys& keys, const FoundHead& head);

// Removes heads that `KeptSequences(newest)` no longer lists but its predecessor did,
// and first what is left of their versions: without the head nobody would find it.
Removal RemoveSupersededHeads(const Environment& env, const shard::ObjectKeys& keys,
                              uint64_t newest);

size_t HeadCopies(const Environment& env, uint16_t parity_shards);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_HEADS_H_
