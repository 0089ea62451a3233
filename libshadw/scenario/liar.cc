// SPDX-License-Identifier: Apache-2.0
#include "libshadw/scenario/liar.h"

#include <algorithm>

#include "libshadw/sim/address_plan.h"

namespace shadw::scenario {
namespace {

// An id that shares this many bits more with the target than chance would have it.
constexpr size_t kForgedBytesKept = 4;

}  // namespace

Conspiracy::Conspiracy(Lie lie, const dht::Protocol* protocol, uint64_t seed)
    : lie_(lie), protocol_(protocol), random_({.seed = seed, .agent = 0x11a5}) {}

void Conspiracy::NameLiars(const dht::NodeId& target, dht::ContactList& contacts) const {
  const size_t count = std::min(protocol_->traits().bucket_size, liars_.size());
  std::vector<dht::Contact> closest(count);
  std::ranges::partial_sort_copy(liars_, closest,
                                 [&](const dht::Contact& a, const dht::Contact& b) {
                                   return dht::Closer(target, a.id, b.id);
                                 });
  for (const dht::Contact& liar : closest) contacts.Add(liar);
}

void Conspiracy::NameNobody(const dht::NodeId& target, dht::ContactList& contacts) {
  const size_t id_bytes = protocol_->traits().id_bytes;
  base::ByteArray<dht::kMaxIdBytes> bytes;
  for (size_t i = 0; i < protocol_->traits().bucket_size; ++i) {
    target.ToBytes(bytes);
    random_.Fill(base::MutableByteSpan(bytes).subspan(kForgedBytesKept));
    contacts.Add({dht::NodeId::FromBytes(base::ByteSpan(bytes).first(id_bytes)),
                  sim::AddressPlan::EndpointOf(static_cast<uint32_t>(random_.Next()))});
  }
}

std::optional<base::Bytes> Conspiracy::Answer(const dht::NodeId& id, const base::Endpoint& from,
                                              base::ByteSpan datagram) {
  dht::Message query;
  if (!protocol_->Decode(datagram, from, query) || query.kind != dht::Kind::kQuery) {
    return std::nullopt;
  }
  if (lie_ == Lie::kDrop) return std::nullopt;
  dht::Message reply;
  reply.kind = dht::Kind::kResponse;
  reply.method = query.method;
  reply.transaction = query.transaction;
  reply.sender = id;
  reply.observed = from;
  static constexpr base::ByteArray<32> kToken{};
  reply.token = base::ByteSpan(kToken).first(protocol_->traits().token_bytes);
  if (query.target && lie_ == Lie::kWrong) NameNobody(*query.target, reply.contacts);
  if (query.target && lie_ == Lie::kCollude) NameLiars(*query.target, reply.contacts);
  base::Bytes bytes;
  if (!protocol_->Encode(reply, from, bytes)) return std::nullopt;
  return bytes;
}

}  // namespace shadw::scenario
