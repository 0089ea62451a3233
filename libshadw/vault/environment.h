// SPDX-License-Identifier: Apache-2.0
//
// What every operation of a vault is handed: where things lie, what time it is, where
// randomness comes from.
#ifndef LIBSHADW_VAULT_ENVIRONMENT_H_
#define LIBSHADW_VAULT_ENVIRONMENT_H_

#include "libshadw/shard/header.h"
#include "libshadw/vault/options.h"
#include "libshadw/vault/roster.h"

namespace shadw::vault {

// Rotation may run ahead of the calendar by so many epochs; readers look that far.
inline constexpr uint32_t kEpochsAhead = 32;

struct Environment {
  Options options;
  Roster roster;

  explicit Environment(const Options& given) : options(given), roster(given.stores) {}

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
