// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/useful_work.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/random.h"
#include "libshadw/erasure/reed_solomon.h"

namespace shadw::capacity {

absl::Status UsefulTask::Validate() const {
  SHADW_RETURN_IF_ERROR(code.Validate());
  if (code.parity_shards == 0) {
    return absl::InvalidArgumentError("capacity: got a code without parity, need some to make");
  }
  if (shard_bytes == 0 || shard_bytes > kMaxUsefulBytes / code.total_shards()) {
    return absl::InvalidArgumentError(absl::StrCat("capacity: got shards of ", shard_bytes,
                                                   " bytes, need 1 to ",
                                                   kMaxUsefulBytes / code.total_shards()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Hash256> DoUsefulWork(const UsefulTask& task) {
  SHADW_RETURN_IF_ERROR(task.Validate());
  SHADW_ASSIGN_OR_RETURN(const erasure::ReedSolomon coder, erasure::ReedSolomon::Create(task.code));
  SHADW_ASSIGN_OR_RETURN(base::Buffer buffer,
                         base::Buffer::Create(task.shard_bytes * task.code.total_shards()));
  const base::MutableByteSpan all = buffer.span();
  const Hash256 stream =
      crypto::Blake2b256({}, {base::AsBytes("shadw useful work 1"), task.node_id, task.seed});
  crypto::SeededRandom(stream).Fill(all.first(task.shard_bytes * task.code.data_shards));
  std::vector<base::ByteSpan> data;
  std::vector<base::MutableByteSpan> parity;
  for (size_t shard = 0; shard < task.code.total_shards(); ++shard) {
    const auto bytes = all.subspan(shard * task.shard_bytes, task.shard_bytes);
    if (shard < task.code.data_shards) {
      data.push_back(bytes);
    } else {
      parity.push_back(bytes);
    }
  }
  SHADW_RETURN_IF_ERROR(coder.Encode(data, parity));
  return crypto::Blake2b256({}, {all.subspan(task.shard_bytes * task.code.data_shards)});
}

}  // namespace shadw::capacity
