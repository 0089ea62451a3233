// SPDX-License-Identifier: Apache-2.0
#include "libshadw/reputation/change_record.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"

namespace shadw::reputation {
namespace {

constexpr uint8_t kVersion = 0;
constexpr size_t kLeastChangeBytes = 4 + 1 + 8;

}  // namespace

absl::StatusOr<base::Bytes> EncodeChanges(std::span<const NamedChange> changes) {
  if (changes.size() > kMaxChangesPerRecord) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reputation: got ", changes.size(), " changes, need at most ", kMaxChangesPerRecord));
  }
  base::ByteWriter out;
  out.U8(kVersion).U32(static_cast<uint32_t>(changes.size()));
  for (const NamedChange& change : changes) {
    if (change.id.empty() || change.id.size() > kMaxPartyIdBytes) {
      return absl::InvalidArgumentError(absl::StrCat("reputation: got an id of ", change.id.size(),
                                                     " bytes, need 1 to ", kMaxPartyIdBytes));
    }
    out.U32(static_cast<uint32_t>(change.id.size())).Raw(change.id);
    out.U64(static_cast<uint64_t>(change.units));
  }
  return std::move(out).Take();
}

absl::StatusOr<std::vector<NamedChange>> DecodeChanges(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const uint8_t version = in.U8();
  if (version != kVersion) {
    return absl::UnimplementedError(
        absl::StrCat("reputation: got version ", version, " of a change record, need 0"));
  }
  const uint32_t count = in.U32();
  std::vector<NamedChange> changes;
  changes.reserve(std::min<size_t>(count, in.remaining() / kLeastChangeBytes));
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const uint32_t id_bytes = in.U32();
    if (id_bytes == 0 || id_bytes > kMaxPartyIdBytes) {
      return absl::DataLossError(absl::StrCat("reputation: got an id of ", id_bytes,
                                              " bytes in change ", i, ", need 1 to ",
                                              kMaxPartyIdBytes));
    }
    base::Bytes id = base::ToBytes(in.View(id_bytes));
    changes.push_back({.id = std::move(id), .units = static_cast<int64_t>(in.U64())});
  }
  if (!in.Finished() || count > kMaxChangesPerRecord) {
    return absl::DataLossError(absl::StrCat("reputation: got ", bytes.size(),
                                            " bytes, need a whole record of ", count,
                                            " changes, at most ", kMaxChangesPerRecord));
  }
  return changes;
}

}  // namespace shadw::reputation
