// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

// Type, flags, transaction, address, id, token; then command and target, or error code.
constexpr size_t kMaxHeadBytes = 1 + 1 + kTransactionBytes + kAddressBytes + 32 + 32 + 33;
constexpr size_t kMaxCountBytes = 3;

bool WritesId(const Message& message) { return message.sender && !message.read_only; }

uint64_t FlagsOf(const Message& message, base::ByteSpan value) {
  return (WritesId(message) ? kHasId : 0) | (message.token.empty() ? 0 : kHasToken) |
         (value.empty() ? 0 : kHasValue);
}

void WriteId(const NodeId& id, CompactWriter& out) {
  base::ByteArray<kMaxIdBytes> bytes;
  id.ToBytes(bytes);
  out.Raw(bytes);
}

void WriteHead(uint8_t type, uint64_t flags, const Message& message, const base::Endpoint& to,
               CompactWriter& out) {
  out.U8(type).Uint(flags).Raw(message.transaction).Address(to);
  if (WritesId(message)) WriteId(*message.sender, out);
  out.Raw(message.token);
}

bool EncodeQuery(const Message& query, const base::Endpoint& to, base::Bytes& out) {
  const std::optional<Command> command = CommandOf(query.method);
  if (!command || (command->has_target && !query.target)) return false;
  base::Bytes scratch;
  const std::optional<base::ByteSpan> value = EncodeQueryValue(query, scratch);
  if (!value) return false;
  CompactWriter writer(out);
  const uint64_t flags = FlagsOf(query, *value) | (command->internal ? kInternal : 0) |
                         (query.target ? kHasTarget : 0);
  WriteHead(kQueryByte, flags, query, to, writer);
  writer.Uint(command->number);
  if (query.target) WriteId(*query.target, writer);
  if (!value->empty()) writer.Buffer(*value);
  return true;
}

// How many contacts of IPv4 are written beside a value of so many bytes.
size_t ContactsThatFit(const ContactList& contacts, size_t value_bytes) {
  const size_t taken = kMaxHeadBytes + 2 * kMaxCountBytes + value_bytes;
  const size_t room = taken < kMaxDatagramBytes ? kMaxDatagramBytes - taken : 0;
  const auto v4 = static_cast<size_t>(
      std::ranges::count_if(contacts, [](const Contact& contact) { return !contact.endpoint.v6; }));
  return std::min(v4, room / kAddressBytes);
}

void WriteContacts(const ContactList& contacts, size_t count, CompactWriter& out) {
  out.Uint(count);
  for (const Contact& contact : contacts) {
    if (count == 0) return;
    if (contact.endpoint.v6) continue;
    out.Address(contact.endpoint);
    --count;
  }
}

bool EncodeResponse(const Message& response, const base::Endpoint& to, base::Bytes& out) {
  const bool is_error = response.kind == Kind::kError;
  if (is_error && response.error_code <= 0) return false;  // it has no number for this
  base::Bytes scratch;
  const size_t taken =
      kMaxHeadBytes + 2 * kMaxCountBytes + response.contacts.size() * kAddressBytes;
  const std::optional<base::ByteSpan> value =
      is_error ? response.value : EncodeResponseValue(response, kMaxDatagramBytes - taken, scratch);
  if (!value) return false;
  const size_t contacts = ContactsThatFit(response.contacts, value->size());
  CompactWriter writer(out);
  const uint64_t flags =
      FlagsOf(response, *value) | (contacts > 0 ? kHasContacts : 0) | (is_error ? kHasError : 0);
  WriteHead(kResponseByte, flags, response, to, writer);
  if (contacts > 0) WriteContacts(response.contacts, contacts, writer);
  if (is_error) writer.Uint(static_cast<uint64_t>(response.error_code));
  if (!value->empty()) writer.Buffer(*value);
  return true;
}

}  // namespace

bool EncodeDatagram(const Message& message, const base::Endpoint& to, base::Bytes& out) {
  out.clear();
  const bool legal = !to.v6 && message.transaction.size() == kTransactionBytes &&
                     (message.token.empty() || message.token.size() == kTokenBytes);
  if (legal) {
    const bool said = message.kind == Kind::kQuery ? EncodeQuery(message, to, out)
                                                   : EncodeResponse(message, to, out);
    if (said && out.size() <= kMaxDatagramBytes) return true;
  }
  out.clear();
  return false;
}

}  // namespace shadw::dht::hyper
