// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "libshadw/dht/hyper/wire.h"

namespace shadw::dht::hyper {
namespace {

// What a query and a response begin with.
void DecodeHead(uint64_t flags, const base::Endpoint& from, CompactReader& in, Message& message) {
  message.transaction = in.View(kTransactionBytes);
  message.observed = in.Address();
  if ((flags & kHasId) != 0) {
    // An id that is not its address's is as good as none: nobody chooses his place.
    const NodeId id = NodeId::FromBytes(in.View(kMaxIdBytes));
    if (in.ok() && !from.v6 && id == IdOf(from)) message.sender = id;
  }
  if ((flags & kHasToken) != 0) message.token = in.View(kTokenBytes);
}

bool DecodeQuery(const base::Endpoint& from, CompactReader& in, Message& query) {
  query.kind = Kind::kQuery;
  const uint64_t flags = in.Uint();
  DecodeHead(flags, from, in, query);
  query.method = MethodOf((flags & kInternal) != 0, in.Uint());
  if ((flags & kHasTarget) != 0) query.target = NodeId::FromBytes(in.View(kMaxIdBytes));
  std::optional<base::ByteSpan> value;
  if ((flags & kHasValue) != 0) value = in.Buffer();
  if (!in.ok()) return false;
  const std::optional<Command> command = CommandOf(query.method);
  if (command && command->has_target && !query.target) return false;
  return DecodeQueryValue(value, query);
}

bool DecodeResponse(const base::Endpoint& from, CompactReader& in, Message& response) {
  response.kind = Kind::kResponse;
  const uint64_t flags = in.Uint();
  DecodeHead(flags, from, in, response);
  if ((flags & kHasContacts) != 0) {
    const size_t count = in.Count(kAddressBytes);
    for (size_t i = 0; i < count; ++i) {
      const base::Endpoint address = in.Address();
      if (i < kMaxContactsPerMessage) response.contacts.Add({IdOf(address), address});
    }
  }
  if ((flags & kHasError) != 0) {
    const uint64_t most = std::numeric_limits<int>::max();
    response.error_code = static_cast<int>(std::min(in.Uint(), most));
    if (response.error_code != 0) response.kind = Kind::kError;
  }
  if ((flags & kHasValue) != 0) response.value = in.Buffer();
  return in.ok();
}

}  // namespace

bool DecodeDatagram(base::ByteSpan datagram, const base::Endpoint& from, Message& message) {
  if (datagram.size() > kMaxDatagramBytes) return false;
  CompactReader in(datagram);
  switch (in.U8()) {
    case kQueryByte:
      return DecodeQuery(from, in, message);
    case kResponseByte:
      return DecodeResponse(from, in, message);
    default:
      return false;
  }
}

}  // namespace shadw::dht::hyper
