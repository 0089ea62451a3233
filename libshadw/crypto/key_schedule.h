// SPDX-License-Identifier: Apache-2.0
//
// Keys that change with time, for endpoints and for shards: one root, an epoch every
// `period`, and a short overlap in which the epoch before still counts.
//
//   auto schedule = KeySchedule::Create(root, {.start = t0, .period = hours(24)});
//   SecretKey key = schedule->EndpointKey(node_id, schedule->EpochAt(now)).value();
//   schedule->Accepts(peer_epoch, now);      // this epoch and the one before
//   schedule->Forget(schedule->EpochAt(now) - 1);
//
// The roots form a one-way chain, root(e + 1) = KDF(root(e), "ratchet"). Whoever forgets
// old roots cannot be made to give them back: their keys are kNotFound from then on, and
// a root that leaks opens later epochs only.
//
// The shard format wraps shards under keys of its own (libshadw/shard/keys.h), so that a
// vault's owner can always find the old ones again; this is for whoever wants the opposite.
//   Limits   kMaxEpochsAhead steps at most from the oldest root to any key
//   Source   catalogue S47
#ifndef LIBSHADW_CRYPTO_KEY_SCHEDULE_H_
#define LIBSHADW_CRYPTO_KEY_SCHEDULE_H_

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/time.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {

inline constexpr uint64_t kMaxEpochsAhead = 1 << 20;

class KeySchedule {
 public:
  struct Options {
    base::Time start{};  // when epoch 0 begins
    base::Duration period = std::chrono::hours(24);

    //   Errors   kInvalidArgument  a period that is not positive
    absl::Status Validate() const;
  };

  // `root` is the root of epoch 0.
  static absl::StatusOr<KeySchedule> Create(const SecretKey& root, const Options& options);

  // The epoch at a time; 0 before the start.
  uint64_t EpochAt(base::Time now) const;
  // Whether a key of `epoch` is good now: the current epoch and the one before it.
  bool Accepts(uint64_t epoch, base::Time now) const;

  //   Errors   kNotFound           the epoch was forgotten
  //            kResourceExhausted  more than kMaxEpochsAhead after the oldest root
  absl::StatusOr<SecretKey> EndpointKey(base::ByteSpan node_id, uint64_t epoch) const;
  absl::StatusOr<SecretKey> ShardKey(base::ByteSpan file_id, uint32_t index, uint64_t epoch) const;

  // Wipes every root before `epoch`.
  //   Errors   kResourceExhausted  as above
  absl::Status Forget(uint64_t epoch);
  uint64_t oldest_epoch() const { return oldest_; }

 private:
  KeySchedule(SecretKey root, const Options& options) : options_(options), root_(std::move(root)) {}
  absl::StatusOr<SecretKey> RootOf(uint64_t epoch) const;

  Options options_;
  SecretKey root_;  // of the oldest epoch that is not forgotten
  uint64_t oldest_ = 0;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_KEY_SCHEDULE_H_
