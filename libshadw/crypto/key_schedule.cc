// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/key_schedule.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/kdf.h"

namespace shadw::crypto {
namespace {

base::ByteArray<8> Le64(uint64_t value) {
  base::ByteArray<8> bytes;
  base::StoreLittleEndian(bytes.data(), value);
  return bytes;
}

}  // namespace

absl::Status KeySchedule::Options::Validate() const {
  if (period <= base::Duration::zero()) {
    return absl::InvalidArgumentError(
        absl::StrCat("crypto: got a rotation period of ", period.count(), " ns, need more than 0"));
  }
  return absl::OkStatus();
}

absl::StatusOr<KeySchedule> KeySchedule::Create(const SecretKey& root, const Options& options) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  return KeySchedule(root.Clone(), options);
}

uint64_t KeySchedule::EpochAt(base::Time now) const {
  return now <= options_.start ? 0
                               : static_cast<uint64_t>((now - options_.start) / options_.period);
}

bool KeySchedule::Accepts(uint64_t epoch, base::Time now) const {
  const uint64_t current = EpochAt(now);
  return epoch == current || epoch + 1 == current;
}

absl::StatusOr<SecretKey> KeySchedule::RootOf(uint64_t epoch) const {
  if (epoch < oldest_) {
    return absl::NotFoundError(absl::StrCat("crypto: got epoch ", epoch, ", the roots before ",
                                            oldest_, " are forgotten"));
  }
  if (epoch - oldest_ > kMaxEpochsAhead) {
    return absl::ResourceExhaustedError(
        absl::StrCat("crypto: got epoch ", epoch, ", need at most ", oldest_ + kMaxEpochsAhead));
  }
  SecretKey root = root_.Clone();
  for (uint64_t at = oldest_; at < epoch; ++at) root = Kdf(root, "ratchet");
  return root;
}

absl::StatusOr<SecretKey> KeySchedule::EndpointKey(base::ByteSpan node_id, uint64_t epoch) const {
  SHADW_ASSIGN_OR_RETURN(const SecretKey root, RootOf(epoch));
  return Kdf(root, "endpoint", {Le64(epoch), node_id});
}

absl::StatusOr<SecretKey> KeySchedule::ShardKey(base::ByteSpan file_id, uint32_t index,
                                                uint64_t epoch) const {
  SHADW_ASSIGN_OR_RETURN(const SecretKey root, RootOf(epoch));
  base::ByteArray<4> index_bytes;
  base::StoreLittleEndian(index_bytes.data(), index);
  return Kdf(root, "shard", {Le64(epoch), index_bytes, file_id});
}

absl::Status KeySchedule::Forget(uint64_t epoch) {
  if (epoch <= oldest_) return absl::OkStatus();
  SHADW_ASSIGN_OR_RETURN(root_, RootOf(epoch));
  oldest_ = epoch;
  return absl::OkStatus();
}

}  // namespace shadw::crypto
