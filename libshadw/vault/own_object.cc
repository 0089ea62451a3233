// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/own_object.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {

ByteSource SourceOver(base::ByteSpan bytes) {
  return [rest = bytes](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const size_t take = std::min(out.size(), rest.size());
    std::ranges::copy(rest.first(take), out.begin());
    rest = rest.subspan(take);
    return take;
  };
}

absl::StatusOr<PutResult> PutOwnObject(const Environment& env, const shard::ObjectKeys& keys,
                                       const std::optional<FoundHead>& previous,
                                       shard::ObjectKind kind, base::ByteSpan bytes,
                                       const PutOptions& options, IntentBook& intents,
                                       base::Time until) {
  PutRequest request;
  request.until = until;
  request.sequence = previous ? NextSequence(previous->sequence(), false) : 1;
  request.metadata.kind = kind;
  return PutObject(env, keys, 0, previous, request, options, SourceOver(bytes), intents);
}

absl::StatusOr<base::Bytes> ReadOwnBytes(const Environment& env, const LocatedObject& object,
                                         uint64_t offset, uint64_t bytes, uint64_t max_bytes,
                                         ReadReport& faults) {
  const uint64_t object_bytes = object.head.header.read->object_bytes;
  if (bytes > max_bytes || offset > object_bytes || bytes > object_bytes - offset) {
    return absl::DataLossError(absl::StrCat("vault: got an object of ", object_bytes,
                                            " bytes, need bytes ", offset, " to ", offset + bytes,
                                            ", at most ", max_bytes));
  }
  base::Bytes result;
  result.reserve(bytes);
  const auto append = [&](base::ByteSpan more) {
    result.insert(result.end(), more.begin(), more.end());
    return absl::OkStatus();
  };
  SHADW_ASSIGN_OR_RETURN(ReadReport report,
                         ReadObject(env, object.keys, object.head, offset, bytes, append));
  std::ranges::move(report.faults, std::back_inserter(faults.faults));
  return result;
}

absl::StatusOr<base::Bytes> ReadOwnObject(const Environment& env, const LocatedObject& object,
                                          uint64_t max_bytes) {
  ReadReport faults;
  return ReadOwnBytes(env, object, 0, object.head.header.read->object_bytes, max_bytes, faults);
}

}  // namespace shadw::vault
