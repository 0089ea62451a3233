// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/responder.h"

#include <algorithm>

namespace shadw::dht {
namespace {

constexpr int64_t kSampleIntervalSeconds = 300;

bool IsWrite(Method method) {
  return method == Method::kPutImmutable || method == Method::kPutMutable ||
         method == Method::kAnnouncePeer || method == Method::kUnannouncePeer;
}

std::string_view TextOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "";
    case Refusal::kGeneric:
      return "error";
    case Refusal::kServer:
      return "no room";
    case Refusal::kMalformed:
      return "malformed query";
    case Refusal::kBadToken:
      return "invalid token";
    case Refusal::kUnknownMethod:
      return "unknown method";
    case Refusal::kValueTooBig:
      return "value too big";
    case Refusal::kBadSignature:
      return "invalid signature";
    case Refusal::kSaltTooBig:
      return "salt too big";
    case Refusal::kCasMismatch:
      return "cas mismatch";
    case Refusal::kSeqTooLow:
      return "sequence number less than current";
    case Refusal::kSeqReused:
      return "sequence number reused";
  }
  return "";
}

}  // namespace

Responder::Responder(const ResponderOptions& options, const Protocol* protocol,
                     const RoutingTable* v4, const RoutingTable* v6, base::RandomSource* random)
    : options_(options),
      protocol_(protocol),
      tables_{v4, v6},
      random_(random),
      tokens_(protocol->traits().token_bytes, protocol->traits().token_rotation, random),
      records_(options.records, v4 != nullptr ? v4->own_id() : v6->own_id()),
      peers_(options.peers, v4 != nullptr ? v4->own_id() : v6->own_id()) {}

void Responder::ForgetExpired(base::Time now) {
  records_.ForgetExpired(now);
  peers_.ForgetExpired(now);
}

void Responder::AddContacts(const Message& query, const base::Endpoint& from,
                            Message& reply) const {
  const bool unsaid = !query.want_v4 && !query.want_v6;
  const bool want[2] = {query.want_v4 || (unsaid && !from.v6),
                        query.want_v6 || (unsaid && from.v6)};
  for (size_t family = 0; family < 2; ++family) {
    if (!want[family] || tables_[family] == nullptr) continue;
    tables_[family]->Closest(
        *query.target, options_.contacts_in_reply,
        [&](const RoutingTable::Entry& entry) { reply.contacts.Add(entry.contact); });
  }
}

// Where every reply carries a token, one of another target's reply is good as well.
NodeId Responder::TokenTarget(const NodeId& target) const {
  return protocol_->traits().tokens_always ? NodeId{} : target;
}

void Responder::AddToken(base::Time now, const Message& query, const base::Endpoint& from,
                         Scratch& scratch, Message& reply) {
  scratch.token = tokens_.Issue(now, from, TokenTarget(*query.target));
  reply.token = base::ByteSpan(scratch.token).first(protocol_->traits().token_bytes);
}

void Responder::AddPeers(base::Time now, const Message& query, Message& reply) const {
  if (query.method == Method::kFindPeer) {
    if (const PeerStore::Kept* owner = peers_.Owner(now, *query.target)) {
      reply.peers.emplace_back(owner->peer.record);
    }
    return;
  }
  peers_.Sample(now, *query.target, options_.max_peers_in_reply, random_,
                [&](const StoredPeer& peer) { reply.peers.emplace_back(peer.record); });
}

std::optional<base::Endpoint> Responder::AnnouncerOf(base::Time now, const NodeId& target) const {
  const PeerStore::Kept* owner = peers_.Owner(now, target);
  return owner == nullptr ? std::nullopt : std::optional(owner->from);
}

void Responder::AddRecord(base::Time now, const Message& query, Message& reply) const {
  const Record* record = records_.Get(now, *query.target);
  if (record == nullptr) return;
  if (!record->is_mutable()) {
    reply.value = record->value;
    return;
  }
  if (query.method == Method::kGetImmutable) return;
  reply.seq = record->seq;
  const bool known = query.seq && (protocol_->traits().seq_is_minimum ? record->seq < *query.seq
                                                                      : record->seq <= *query.seq);
  if (known) return;
  reply.value = record->value;
  reply.key = *record->key;
  reply.signature = record->signature;
}

Refusal Responder::Store(base::Time now, const Message& query, const base::Endpoint& from) {
  const ProtocolTraits& traits = protocol_->traits();
  if (const Refusal refusal = protocol_->CheckValue(query.value); refusal != Refusal::kNone) {
    return refusal;
  }
  Record record{.value = base::ToBytes(query.value)};
  if (query.method == Method::kPutImmutable) {
    const NodeId target = protocol_->ImmutableTarget(query.value);
    if (query.target && *query.target != target) return Refusal::kMalformed;
    return records_.Put(now, target, record, std::nullopt, from);
  }
  if (query.key.size() != 32 || query.signature.size() != 64 || !query.seq || *query.seq < 0) {
    return Refusal::kMalformed;
  }
  if (query.salt.size() > traits.max_salt_bytes) return Refusal::kSaltTooBig;
  record.key.emplace();
  std::ranges::copy(query.key, record.key->begin());
  std::ranges::copy(query.signature, record.signature.begin());
  record.salt = base::ToBytes(query.salt);
  record.seq = *query.seq;
  const NodeId target = protocol_->MutableTarget(*record.key, record.salt);
  if (query.target && *query.target != target) return Refusal::kMalformed;
  if (!VerifyRecord(*protocol_, target, record)) return Refusal::kBadSignature;
  return records_.Put(now, target, record, query.cas, from);
}

Refusal Responder::Announce(base::Time now, const Message& query, const base::Endpoint& from,
                            const NodeId& own_id) {
  if (!query.target) return Refusal::kMalformed;
  StoredPeer peer;
  if (const Refusal refusal = protocol_->ReadAnnounce(query, from, own_id, peer);
      refusal != Refusal::kNone) {
    return refusal;
  }
  if (query.method == Method::kUnannouncePeer) {
    peers_.Remove(*query.target, peer.key);
    return Refusal::kNone;
  }
  const bool owns_target =
      peer.key.size() == 32 &&
      protocol_->MutableTarget(base::ByteSpan(peer.key).first<32>(), {}) == *query.target;
  return peers_.Put(now, *query.target, peer, from, owns_target) ? Refusal::kNone
                                                                 : Refusal::kServer;
}

Refusal Responder::CheckToken(base::Time now, const Message& query, const base::Endpoint& from) {
  NodeId target{};
  if (protocol_->traits().tokens_always) {
    target = TokenTarget({});
  } else if (query.target) {
    target = *query.target;
  } else if (query.method == Method::kPutImmutable) {
    target = protocol_->ImmutableTarget(query.value);
  } else if (query.key.size() == 32) {
    target = protocol_->MutableTarget(query.key.first<32>(), query.salt);
  }
  token_was_good_ = tokens_.Accepts(now, query.token, from, target);
  return token_was_good_ ? Refusal::kNone : Refusal::kBadToken;
}

Refusal Responder::Write(base::Time now, const Message& query, const base::Endpoint& from,
                         const NodeId& own_id) {
  return query.method == Method::kPutImmutable || query.method == Method::kPutMutable
             ? Store(now, query, from)
             : Announce(now, query, from, own_id);
}

bool Responder::Answer(base::Time now, const Message& query, const base::Endpoint& from,
                       const NodeId& own_id, Scratch& scratch, Message& reply) {
  token_was_good_ = false;
  reply.kind = Kind::kResponse;
  reply.method = query.method;
  reply.transaction = query.transaction;
  reply.observed = from;
  Refusal refusal = query.malformed;
  const bool writes = IsWrite(query.method);
  const bool shows_token = protocol_->traits().tokens_always && !query.token.empty();
  if (refusal == Refusal::kNone && (writes || shows_token)) {
    refusal = CheckToken(now, query, from);
    if (refusal == Refusal::kNone && writes) refusal = Write(now, query, from, own_id);
  } else if (refusal == Refusal::kNone && query.method == Method::kUnknown) {
    refusal = Refusal::kUnknownMethod;
  }
  if (query.target) {
    const bool is_get = query.method == Method::kGetPeers || query.method == Method::kFindPeer ||
                        query.method == Method::kGetImmutable ||
                        query.method == Method::kGetMutable;
    const bool internal = query.method == Method::kPing || query.method == Method::kFindNode;
    if (is_get || (protocol_->traits().tokens_always && !internal)) {
      AddToken(now, query, from, scratch, reply);
    }
    AddContacts(query, from, reply);
    if (query.method == Method::kGetPeers || query.method == Method::kFindPeer) {
      AddPeers(now, query, reply);
    }
    if (query.method == Method::kGetImmutable || query.method == Method::kGetMutable) {
      AddRecord(now, query, reply);
    }
  }
  if (query.method == Method::kSampleTargets) {
    reply.samples = peers_.SampleTargets(options_.max_samples_in_reply, random_);
    reply.sample_total = static_cast<int64_t>(peers_.targets());
    reply.sample_interval_s = kSampleIntervalSeconds;
  }
  if (refusal != Refusal::kNone) {
    reply.kind = Kind::kError;
    reply.error_code = protocol_->CodeOf(refusal);
    reply.error_text = TextOf(refusal);
  }
  return true;
}

}  // namespace shadw::dht
