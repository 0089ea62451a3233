// SPDX-License-Identifier: Apache-2.0
//
// What every operation of a vault is handed: where things lie, what time it is, where
// randomness comes from.
#ifndef LIBSHADW_VAULT_ENVIRONMENT_H_
#define LIBSHADW_VAULT_ENVIRONMENT_H_

#include <memory>
#include <utility>

#include "libshadw/shard/header.h"
#include "libshadw/vault/options.h"
#include "libshadw/vault/roster.h"

namespace shadw::vault {

// Rotation may run ahead of the calendar by so many epochs; readers look that far.
inline constexpr uint32_t kEpochsAhead = 32;

struct Environment {
  Options options;
  Roster roster;
  // Null for one thread, also where the system gives no more.
  std::shared_ptr<base::WorkPool> workers;

  explicit Environment(const Options& given) : options(given), roster(given.stores) {
    if (options.threads < 2) return;
    if (auto pool = base::WorkPool::Create(options.threads); pool.ok()) workers = *std::move(pool);
  }

  base::Time Now() const { return options.clock->Now(); }
  // Epochs last 2^20 seconds, about twelve days.
  uint32_t EpochNow() const {
    const int64_t seconds = base::ToUnixSeconds(Now());
    return seconds < 0 ? 0 : static_cast<uint32_t>(seconds >> 20);
  }
  shard::SealContext Seal() const { return {options.random, options.nonce_observer}; }
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_ENVIRONMENT_H_
