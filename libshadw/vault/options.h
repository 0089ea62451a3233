// SPDX-License-Identifier: Apache-2.0
//
// What a vault works with: stores, a clock, randomness, and how much memory it may take.
#ifndef LIBSHADW_VAULT_OPTIONS_H_
#define LIBSHADW_VAULT_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"
#include "libshadw/base/units.h"
#include "libshadw/base/work_pool.h"
#include "libshadw/erasure/code.h"
#include "libshadw/shard/nonce_observer.h"
#include "libshadw/store/store.h"

namespace shadw::vault {

inline constexpr uint64_t kMinMemoryBudgetBytes = 4 * base::kMiB;
inline constexpr uint64_t kDefaultMemoryBudgetBytes = 128 * base::kMiB;
inline constexpr size_t kMaxStores = 4096;

struct Options {
  // Each is one node. At least n of an object's code are needed to put it.
  std::vector<std::shared_ptr<store::Store>> stores;
  const base::Clock* clock = nullptr;
  // crypto::SystemRandom, except in tests.
  base::RandomSource* random = nullptr;

  // What puts use where they name no code of their own, and the catalogue's pages.
  erasure::Code code{10, 4};
  // What a put or a repair may hold in buffers. Segments are cut to fit.
  uint64_t memory_budget_bytes = kDefaultMemoryBudgetBytes;
  // How many threads a put or a get may keep busy, the caller's included: at most so many,
  // fewer where the budget has no room for their buffers or the system gives no more.
  // They sleep between calls. Sources, sinks and progress are called on the caller's
  // thread, stores on any. The stored bytes do not depend on it.
  size_t threads = 1;
  // How long an unfinished put is left alone by others.
  base::Duration intent_lease = std::chrono::minutes(10);
  // Told of every key and nonce that encrypts; for tests.
  shard::NonceObserver* nonce_observer = nullptr;

  //   Errors   kInvalidArgument  no stores, two with one node id, no clock, no random
  //                              source, an illegal code, too small a budget, or threads
  //                              not from 1 to base::kMaxThreads
  absl::Status Validate() const;
};

// How far a put is: plaintext bytes that were sealed, handed to the stores, and made
// durable there.
struct Progress {
  uint64_t sealed_bytes = 0;
  uint64_t sent_bytes = 0;
  uint64_t durable_bytes = 0;
};
using ProgressCallback = std::function<void(const Progress&)>;

// Fills the front of `out` and returns how many bytes; 0 is the end.
using ByteSource = std::function<absl::StatusOr<size_t>(base::MutableByteSpan out)>;
// Takes bytes in order; an error stops the operation and is handed on.
using ByteSink = std::function<absl::Status(base::ByteSpan bytes)>;

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_OPTIONS_H_
