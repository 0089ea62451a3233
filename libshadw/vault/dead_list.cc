// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/dead_list.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/shard/metadata.h"

namespace shadw::vault {
namespace {

constexpr uint8_t kDeadListVersion = 1;

absl::Status Malformed(std::string_view why) {
  return absl::DataLossError(
      absl::StrCat("vault: a pack's dead list is malformed: ", std::string(why)));
}

}  // namespace

uint64_t DeadList::bytes() const {
  uint64_t sum = 0;
  for (const auto& [id, record] : records) sum += record.bytes;
  return sum;
}

base::Bytes EncodeDeadList(const DeadList& list) {
  base::ByteWriter out;
  out.U8(kDeadListVersion).Raw(list.pack).U32(static_cast<uint32_t>(list.records.size()));
  for (const auto& [id, record] : list.records) {
    out.Raw(id).U32(record.bytes).U16(static_cast<uint16_t>(record.name.size()));
    out.Raw(base::AsBytes(record.name));
  }
  return std::move(out).Take();
}

absl::StatusOr<DeadList> DecodeDeadList(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const uint8_t version = in.U8();
  if (in.ok() && version != kDeadListVersion) {
    return absl::UnimplementedError(
        absl::StrCat("vault: got a dead list of version ", version, ", know 1"));
  }
  DeadList list;
  in.Raw(list.pack);
  const uint32_t count = in.U32();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    shard::RecordId id;
    in.Raw(id);
    DeadRecord record{.bytes = in.U32(), .name = {}};
    const uint16_t name_bytes = in.U16();
    if (name_bytes > shard::kMaxNameBytes) return Malformed("a name is too long");
    record.name = base::AsText(in.View(name_bytes));
    if (!list.records.empty() && id <= list.records.rbegin()->first) {
      return Malformed("it is not in order");
    }
    list.records.emplace_hint(list.records.end(), id, std::move(record));
  }
  if (!in.Finished()) return Malformed("it is cut off, or bytes are left over");
  return list;
}

}  // namespace shadw::vault
