// SPDX-License-Identifier: Apache-2.0
//
// Puts copies of one head, or of one intent, on several nodes with few flushes: where
// stores can stage, each disk is waited for twice or thrice and not twice a copy.
#ifndef LIBSHADW_VAULT_HEAD_COPIES_H_
#define LIBSHADW_VAULT_HEAD_COPIES_H_

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/shard/head.h"
#include "libshadw/vault/environment.h"

namespace shadw::vault {

struct CopyPlan {
  uint64_t slot = 0;  // a head's sequence, an intent's slot
  uint16_t first_copy = 0;
  // The first copy commits: it is durable before there is a second one.
  bool first_commits = false;
};

struct CopyPut {
  size_t node = 0;
  absl::Status status;  // OK: durable
  // It failed and may be there all the same.
  bool doubtful = false;
};

// Copies appear node by node in the order given, up to the first node whose place is
// taken: its kAlreadyExists is the last result, and the nodes behind it were left alone.
std::vector<CopyPut> PutCopies(const Environment& env, const shard::ObjectKeys& keys,
                               const shard::HeadSealer& sealer, const CopyPlan& plan,
                               std::span<const size_t> nodes);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_HEAD_COPIES_H_
