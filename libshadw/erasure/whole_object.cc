// SPDX-License-Identifier: Apache-2.0
#include "libshadw/erasure/whole_object.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/base/units.h"

namespace shadw::erasure {
namespace {

// The part of an object of `object_bytes` that data shard j holds; the rest is padding.
struct Part {
  uint64_t at;
  uint64_t size;
};

Part PartOf(size_t j, uint64_t shard_bytes, uint64_t object_bytes) {
  const uint64_t at = std::min(j * shard_bytes, object_bytes);
  return {.at = at, .size = std::min(shard_bytes, object_bytes - at)};
}

absl::Status CheckShards(Code code, std::span<const std::optional<base::Bytes>> shards,
                         uint64_t shard_bytes) {
  if (shards.size() != code.total_shards()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "erasure: got ", shards.size(), " places for shards, need ", code.total_shards()));
  }
  size_t found = 0;
  for (const std::optional<base::Bytes>& shard : shards) {
    if (!shard) continue;
    ++found;
    if (shard->size() != shard_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("erasure: got a shard of ", shard->size(), " bytes, need ", shard_bytes));
    }
  }
  if (found < code.data_shards) {
    return absl::FailedPreconditionError(absl::StrCat("erasure: got ", found, " shards, need ",
                                                      code.data_shards, " (k=", code.data_shards,
                                                      ", m=", code.parity_shards, ")"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint64_t> ShardBytes(Code code, uint64_t object_bytes) {
  SHADW_RETURN_IF_ERROR(code.Validate());
  if (object_bytes > kMaxObjectBytes) {
    return absl::InvalidArgumentError(absl::StrCat("erasure: got an object of ", object_bytes,
                                                   " bytes, need at most ", kMaxObjectBytes));
  }
  const uint64_t part = base::CeilDivide<uint64_t>(object_bytes, code.data_shards);
  return base::CeilDivide(part, kShardBytesMultiple) * kShardBytesMultiple;
}

absl::StatusOr<std::vector<base::Bytes>> SplitAndEncode(const ReedSolomon& coder,
                                                        base::ByteSpan object) {
  const Code code = coder.code();
  SHADW_ASSIGN_OR_RETURN(const uint64_t shard_bytes, ShardBytes(code, object.size()));
  std::vector<base::Bytes> shards(code.total_shards(), base::Bytes(shard_bytes));
  for (size_t j = 0; j < code.data_shards; ++j) {
    const Part part = PartOf(j, shard_bytes, object.size());
    std::ranges::copy(object.subspan(part.at, part.size), shards[j].begin());
  }
  const std::vector<base::ByteSpan> data(shards.begin(), shards.begin() + code.data_shards);
  const std::vector<base::MutableByteSpan> parity(shards.begin() + code.data_shards, shards.end());
  SHADW_RETURN_IF_ERROR(coder.Encode(data, parity));
  return shards;
}

absl::StatusOr<base::Bytes> Join(const ReedSolomon& coder,
                                 std::span<const std::optional<base::Bytes>> shards,
                                 uint64_t object_bytes) {
  const Code code = coder.code();
  SHADW_ASSIGN_OR_RETURN(const uint64_t shard_bytes, ShardBytes(code, object_bytes));
  SHADW_RETURN_IF_ERROR(CheckShards(code, shards, shard_bytes));

  base::Bytes object(object_bytes);
  std::vector<ReedSolomon::Present> present;
  std::vector<uint16_t> lost;
  for (uint16_t i = 0; i < code.total_shards(); ++i) {
    if (shards[i]) {
      present.push_back({.index = i, .bytes = *shards[i]});
    } else if (i < code.data_shards) {
      lost.push_back(i);
    }
    if (!shards[i] || i >= code.data_shards) continue;
    const Part part = PartOf(i, shard_bytes, object_bytes);
    std::copy_n(shards[i]->begin(), part.size, object.begin() + static_cast<ptrdiff_t>(part.at));
  }
  base::Buffer rebuilt(lost.size() * shard_bytes);
  std::vector<ReedSolomon::Wanted> wanted;
  for (size_t i = 0; i < lost.size(); ++i) {
    wanted.push_back(
        {.index = lost[i], .bytes = rebuilt.span().subspan(i * shard_bytes, shard_bytes)});
  }
  SHADW_RETURN_IF_ERROR(coder.Reconstruct(present, wanted));
  for (const auto& [index, bytes] : wanted) {
    const Part part = PartOf(index, shard_bytes, object_bytes);
    std::ranges::copy(bytes.first(part.size), object.begin() + static_cast<ptrdiff_t>(part.at));
  }
  return object;
}

}  // namespace shadw::erasure
