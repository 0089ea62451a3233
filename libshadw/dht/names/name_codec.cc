// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/names/name_codec.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"

namespace shadw::dht::names {
namespace {

constexpr std::string_view kTag = "shadw/name/v1";
constexpr std::string_view kFamily = "shadw/name/v";
constexpr uint8_t kV4 = 4, kV6 = 6;

absl::Status Refuse(std::string_view what, uint64_t got, std::string_view need) {
  return absl::InvalidArgumentError(
      absl::StrCat("dht: got a name record with ", absl::string_view(what.data(), what.size()), " ",
                   got, ", need ", absl::string_view(need.data(), need.size())));
}

bool IsCapability(std::string_view text) {
  return !text.empty() && text.size() <= kMaxCapabilityBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

absl::Status CheckFacts(const NameFacts& facts) {
  if (facts.addresses.size() > kMaxNameAddresses) {
    return Refuse("addresses:", facts.addresses.size(), "at most 16");
  }
  for (size_t i = 0; i < facts.addresses.size(); ++i) {
    const base::Endpoint& address = facts.addresses[i];
    const bool mapped = address.v6 && !base::Endpoint::V6(address.address, 1).v6;
    if (!address.IsUsable() || mapped) return Refuse("no endpoint as address", i, "one");
  }
  if (facts.capabilities.size() > kMaxCapabilities) {
    return Refuse("capabilities:", facts.capabilities.size(), "at most 16");
  }
  for (size_t i = 0; i < facts.capabilities.size(); ++i) {
    if (!IsCapability(facts.capabilities[i])) {
      return Refuse("an illegal capability", i, "1 to 32 printable characters");
    }
    if (i > 0 && facts.capabilities[i - 1] >= facts.capabilities[i]) {
      return Refuse("capabilities out of order at", i, "ascending order");
    }
  }
  if (base::ToUnixNanos(facts.created) < 0 || facts.expires <= facts.created) {
    return absl::InvalidArgumentError(
        "dht: got a name record that expires before it begins, need 1970 <= created < expires");
  }
  return absl::OkStatus();
}

base::Endpoint ReadAddress(base::ByteReader& in) {
  const uint8_t family = in.U8();
  base::Endpoint endpoint{.address = {}, .port = 0, .v6 = family == kV6};
  if (family != kV4 && family != kV6) return endpoint;  // not usable: refused later
  in.Raw(base::MutableByteSpan(endpoint.address).first(family == kV4 ? 4 : 16));
  endpoint.port = in.U16();
  return endpoint;
}

std::string ReadText(base::ByteReader& in, size_t max_bytes) {
  const uint32_t bytes = in.U32();
  if (bytes > max_bytes) in.Skip(in.remaining() + 1);  // the reader fails
  return std::string(base::AsText(in.View(in.ok() ? bytes : 0)));
}

base::Time ReadTime(base::ByteReader& in) {
  return base::FromUnixNanos(static_cast<int64_t>(in.U64()));
}

// Reads on whatever it finds; counts over the limit make the reader fail.
NameRecord ReadFields(base::ByteReader& in) {
  NameRecord record;
  const uint8_t kind = in.U8(), revoked = in.U8();
  if (kind > 1 || revoked > 1) in.Skip(in.remaining() + 1);
  record.facts.kind = static_cast<NameKind>(kind);
  record.revoked = revoked == 1;
  in.Raw(record.name.owner);
  record.name.label = ReadText(in, kMaxLabelBytes);
  record.seq = in.U64();
  record.facts.created = ReadTime(in);
  record.facts.expires = ReadTime(in);
  const uint32_t addresses = in.U32();
  for (uint32_t i = 0; i < addresses && i <= kMaxNameAddresses && in.ok(); ++i) {
    record.facts.addresses.push_back(ReadAddress(in));
  }
  const uint32_t capabilities = in.U32();
  for (uint32_t i = 0; i < capabilities && i <= kMaxCapabilities && in.ok(); ++i) {
    record.facts.capabilities.push_back(ReadText(in, kMaxCapabilityBytes));
  }
  in.Raw(record.signature);
  return record;
}

}  // namespace

absl::Status CheckFields(const NameRecord& record) {
  const size_t label_bytes = record.name.label.size();
  if (label_bytes == 0 || label_bytes > kMaxLabelBytes) {
    return Refuse("a label of bytes:", label_bytes, "1 to 64");
  }
  if (record.seq == 0 || record.seq > kMaxNameSeq) {
    return Refuse("sequence number", record.seq, "1 to 2^53 - 1");
  }
  SHADW_RETURN_IF_ERROR(CheckFacts(record.facts));
  if (record.revoked && !(record.facts.addresses.empty() && record.facts.capabilities.empty())) {
    return Refuse("addresses in a tombstone:", record.facts.addresses.size(), "none");
  }
  const size_t bytes = EncodeBody(record).size() + record.signature.size();
  if (bytes > kMaxNameBytes) return Refuse("bytes in all:", bytes, "at most 996");
  return absl::OkStatus();
}

base::Bytes EncodeBody(const NameRecord& record) {
  const NameFacts& facts = record.facts;
  const auto text = [](base::ByteWriter& out, std::string_view it) {
    out.U32(static_cast<uint32_t>(it.size())).Raw(base::AsBytes(it));
  };
  base::ByteWriter out;
  out.Raw(base::AsBytes(kTag)).U8(static_cast<uint8_t>(facts.kind)).U8(record.revoked ? 1 : 0);
  out.Raw(record.name.owner);
  text(out, record.name.label);
  out.U64(record.seq);
  out.U64(static_cast<uint64_t>(base::ToUnixNanos(facts.created)));
  out.U64(static_cast<uint64_t>(base::ToUnixNanos(facts.expires)));
  out.U32(static_cast<uint32_t>(facts.addresses.size()));
  for (const base::Endpoint& address : facts.addresses) {
    out.U8(address.v6 ? kV6 : kV4).Raw(address.ip()).U16(address.port);
  }
  out.U32(static_cast<uint32_t>(facts.capabilities.size()));
  for (const std::string& capability : facts.capabilities) text(out, capability);
  return std::move(out).Take();
}

base::Bytes EncodeRecord(const NameRecord& record) {
  base::Bytes bytes = EncodeBody(record);
  bytes.insert(bytes.end(), record.signature.begin(), record.signature.end());
  return bytes;
}

absl::StatusOr<NameRecord> DecodeRecord(base::ByteSpan bytes) {
  const auto damaged = [&] {
    return absl::DataLossError(absl::StrCat("dht: got ", bytes.size(),
                                            " bytes that are no name record, need one as signed"));
  };
  if (bytes.size() > kMaxNameBytes) return damaged();
  base::ByteReader in(bytes);
  const std::string_view tag = base::AsText(in.View(kTag.size()));
  if (tag.size() == kTag.size() && tag.starts_with(kFamily) && tag != kTag) {
    return absl::UnimplementedError(absl::StrCat("dht: got a name record of another version, know ",
                                                 absl::string_view(kTag.data(), kTag.size())));
  }
  if (tag != kTag) return damaged();
  NameRecord record = ReadFields(in);
  if (!in.Finished() || !CheckFields(record).ok()) return damaged();
  return record;
}

}  // namespace shadw::dht::names
