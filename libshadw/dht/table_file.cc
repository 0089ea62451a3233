// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/table_file.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::dht {
namespace {

constexpr std::string_view kMagic = "shadwdht";
constexpr uint8_t kFormat = 1;
constexpr uint8_t kV4 = 4, kV6 = 6;
constexpr size_t kChecksumBytes = 16;

absl::Status NoTable(std::string_view why, uint64_t got) {
  return absl::DataLossError(absl::StrCat("dht: got a table with ",
                                          absl::string_view(why.data(), why.size()), " ", got,
                                          ", need one as it was saved"));
}

void WriteId(base::ByteWriter& out, const NodeId& id, size_t id_bytes) {
  base::ByteArray<kMaxIdBytes> bytes;
  id.ToBytes(bytes);
  out.Raw(base::ByteSpan(bytes).first(id_bytes));
}

// Nothing for a family that is none, and for an address that has another spelling.
std::optional<base::Endpoint> ReadEndpoint(base::ByteReader& in) {
  const uint8_t family = in.U8();
  if (family != kV4 && family != kV6) return std::nullopt;
  base::ByteArray<16> address{};
  in.Raw(base::MutableByteSpan(address).first(family == kV4 ? 4 : 16));
  base::Endpoint endpoint{.address = address, .port = in.U16(), .v6 = family == kV6};
  if (!in.ok() || !endpoint.IsUsable()) return std::nullopt;
  if (endpoint.v6 && !base::Endpoint::V6(address, endpoint.port).v6) return std::nullopt;
  return endpoint;
}

absl::StatusOr<SavedTable> ReadBody(base::ByteReader& in, size_t id_bytes) {
  SavedTable table{.id = NodeId::FromBytes(in.View(id_bytes))};
  const uint32_t count = in.U32();
  if (!in.ok()) return NoTable("bytes missing, left", in.remaining());
  if (count > kMaxSavedContacts) return NoTable("a count of contacts of", count);
  table.contacts.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    const NodeId id = NodeId::FromBytes(in.View(id_bytes));
    const std::optional<base::Endpoint> endpoint = ReadEndpoint(in);
    if (!endpoint) return NoTable("no endpoint in contact", i);
    table.contacts.push_back({.id = id, .endpoint = *endpoint});
  }
  if (!in.Finished()) return NoTable("bytes behind its end:", in.remaining());
  return table;
}

}  // namespace

base::Bytes SaveTable(const ProtocolTraits& protocol, const SavedTable& table) {
  std::vector<Contact> usable;
  std::ranges::copy_if(table.contacts, std::back_inserter(usable),
                       [](const Contact& contact) { return contact.endpoint.IsUsable(); });
  if (usable.size() > kMaxSavedContacts) usable.resize(kMaxSavedContacts);
  const std::string_view name = protocol.name;
  base::ByteWriter out;
  out.Raw(base::AsBytes(kMagic)).U8(kFormat);
  out.U8(static_cast<uint8_t>(name.size())).Raw(base::AsBytes(name));
  WriteId(out, table.id, protocol.id_bytes);
  out.U32(static_cast<uint32_t>(usable.size()));
  for (const Contact& contact : usable) {
    WriteId(out, contact.id, protocol.id_bytes);
    out.U8(contact.endpoint.v6 ? kV6 : kV4).Raw(contact.endpoint.ip()).U16(contact.endpoint.port);
  }
  out.Raw(crypto::Blake2b128({}, {out.bytes()}));
  return std::move(out).Take();
}

absl::StatusOr<SavedTable> LoadTable(const ProtocolTraits& protocol, base::ByteSpan bytes) {
  base::ByteReader head(bytes);
  if (!std::ranges::equal(head.View(kMagic.size()), base::AsBytes(kMagic))) {
    return absl::DataLossError("dht: got bytes of another kind, need a saved table");
  }
  const uint8_t format = head.U8();
  if (!head.ok() || head.remaining() < kChecksumBytes) {
    return NoTable("bytes missing, size", bytes.size());
  }
  if (format != kFormat) {
    return absl::UnimplementedError(
        absl::StrCat("dht: got a table of format ", format, ", know ", kFormat));
  }
  const base::ByteSpan body = bytes.first(bytes.size() - kChecksumBytes);
  if (!std::ranges::equal(crypto::Blake2b128({}, {body}), bytes.last(kChecksumBytes))) {
    return NoTable("a wrong hash, size", bytes.size());
  }
  base::ByteReader in(body.subspan(kMagic.size() + 1));
  const base::ByteSpan name = in.View(in.U8());
  if (!in.ok()) return NoTable("bytes missing, size", bytes.size());
  if (!std::ranges::equal(name, base::AsBytes(protocol.name))) {
    return absl::FailedPreconditionError(
        absl::StrCat("dht: got the table of another protocol, need one of ", protocol.name));
  }
  return ReadBody(in, protocol.id_bytes);
}

}  // namespace shadw::dht
