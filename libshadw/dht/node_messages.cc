// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libshadw/base/coding.h"
#include "libshadw/base/prefetch.h"
#include "libshadw/dht/hyper/relay.h"
#include "libshadw/dht/node_impl.h"

namespace shadw::dht {
namespace {

constexpr size_t kContactBytesAtLeast = 6;
constexpr size_t kRoomForReply = 320;
constexpr size_t kPingBytes = 64;
// Of a get that brings no value.
constexpr double kEmptyGetRatio = 5;

// Encodes `reply` in at most `limit` bytes, leaving out contacts that do not fit, then the
// id where the address tells it, or else the address.
base::Bytes EncodeWithin(const Protocol& protocol, const base::Endpoint& to, size_t limit,
                         Message& reply) {
  base::Bytes bytes;
  bytes.reserve(kRoomForReply);
  while (protocol.Encode(reply, to, bytes)) {
    if (bytes.size() <= limit) return bytes;
    if (reply.contacts.empty() && reply.peers.empty()) {
      if (protocol.traits().id_from_address && reply.sender) {
        reply.sender.reset();
      } else if (!protocol.traits().id_from_address && reply.observed) {
        reply.observed.reset();
      } else {
        break;
      }
      continue;
    }
    const size_t per_contact = 2 * kContactBytesAtLeast + protocol.traits().id_bytes;
    const size_t too_many = 1 + (bytes.size() - limit) / per_contact;
    if (!reply.contacts.empty()) {
      reply.contacts.RemoveLast(too_many);
    } else {
      reply.peers.resize(reply.peers.size() - std::min(too_many, reply.peers.size()));
    }
  }
  return {};
}

}  // namespace

void Node::Prefetch(int step, const base::Endpoint& from, base::ByteSpan datagram) const {
  if (step == 0) {
    base::PrefetchLines(impl_.get(), sizeof(Impl));
  } else {
    impl_->Prefetch(from, datagram);
  }
}

void Node::Impl::Prefetch(const base::Endpoint& from, base::ByteSpan) const {
  guard.Prefetch(from);
  requests.Prefetch();
  if (const auto& table = tables[from.v6 ? 1 : 0]) table->Prefetch();
}

void Node::HandleMessage(base::Time now, const base::Endpoint& from, base::ByteSpan datagram) {
  Message message;
  if (!from.IsUsable() || !impl_->protocol->Decode(datagram, from, message)) {
    ++impl_->counters.noise;
    return;
  }
  if (message.kind == Kind::kQuery) {
    impl_->HandleQuery(now, from, datagram, message);
  } else {
    impl_->HandleResponse(now, from, message);
    if (!impl_->held.empty()) impl_->PumpHeld(now);
  }
}

void Node::Impl::HandleQuery(base::Time now, const base::Endpoint& from, base::ByteSpan datagram,
                             const Message& query) {
  ++counters.queries;
  RoutingTable* table = TableOf(from);
  if (table == nullptr) return;
  Guard::Account account = guard.Look(now, from);
  if (!account.Admits()) return;
  OnHeard(now);
  if (unproven) OnQueryUnproven(now, from);
  if (query.sender && !query.read_only && protocol->IdFits(*query.sender, from)) {
    const Contact contact{*query.sender, from};
    if (table->Asked(now, contact) && requests.size() < kMaxRequestsForNewcomers &&
        guard.MayPingNewcomer(now)) {
      SendPing(now, contact, kCheckIndex);
      account.Sent(kPingBytes);  // it, too, was called forth by whoever forged the sender
    }
  }
  switch (query.method) {
    case Method::kPeerHandshake:
    case Method::kPeerHolepunch:
      PassOn(now, from, datagram.size(), query, account);
      return;
    case Method::kDelayedPing:
      Delay(now, from, datagram.size(), query, account);
      return;
    case Method::kDownHint:
      HandleDownHint(now, query);
      break;
    default:
      break;
  }
  Reply(now, from, datagram.size(), query, account);
}

// Somebody got no answer from a contact. He may lie, so it is asked.
void Node::Impl::HandleDownHint(base::Time now, const Message& hint) {
  if (hint.contacts.empty() || now < next_down_check) return;
  const Contact contact = hint.contacts[0];
  const RoutingTable* table = TableOf(contact.endpoint);
  const RoutingTable::Entry* entry = table == nullptr ? nullptr : table->Find(contact.id);
  if (entry == nullptr || entry->contact != contact) return;
  next_down_check = now + kDownCheckEvery;
  ++counters.down_hints;
  SendPing(now, contact, kCheckIndex);
}

// For two peers of hyperdht that cannot reach each other yet.
void Node::Impl::PassOn(base::Time now, const base::Endpoint& from, size_t query_bytes,
                        const Message& query, Guard::Account& account) {
  if (!query.target) return;
  const auto forward = hyper::Forward(query, from, responder.AnnouncerOf(now, *query.target));
  if (!forward || TableOf(forward->to) == nullptr) return;
  Message message = hyper::ToMessage(query, *forward);
  message.sender = id;
  message.read_only = IsShyOf(forward->to);
  message.observed = forward->to;
  if (forward->add_contacts) {
    TableOf(from)->Closest(
        *query.target, options.bucket_size,
        [&](const RoutingTable::Entry& entry) { message.contacts.Add(entry.contact); });
  }
  base::Bytes bytes;
  if (!protocol->Encode(message, forward->to, bytes)) return;
  // Counted against whoever asked, as he may choose where it goes.
  if (bytes.size() > account.ReplyLimit(query.method, query_bytes)) return;
  account.Sent(bytes.size());
  // And against whom it goes to, as many may choose the same.
  Guard::Account receiver = guard.Look(now, forward->to);
  if (receiver.ReplyLimit(query.method, bytes.size()) < bytes.size()) return;
  receiver.Sent(bytes.size());
  ++counters.forwarded;
  Transmit(now, forward->to, std::move(bytes));
}

// Answers a ping later, so that the asker learns how long his NAT remembers.
void Node::Impl::Delay(base::Time now, const base::Endpoint& from, size_t query_bytes,
                       const Message& query, Guard::Account& account) {
  if (delayed.size() >= kMaxDelayed || query.delay_ms > kMaxDelayMs) {
    guard.CountSilence();
    return;
  }
  const size_t limit = account.ReplyLimit(query.method, query_bytes);
  if (limit == 0) return;
  Message reply;
  reply.kind = Kind::kResponse;
  reply.method = Method::kDelayedPing;
  reply.transaction = query.transaction;
  reply.observed = from;
  reply.sender = id;
  reply.read_only = IsShyOf(from);
  const base::Bytes bytes = EncodeWithin(*protocol, from, limit, reply);
  if (bytes.empty()) {
    guard.CountSilence();
    return;
  }
  account.Sent(bytes.size());
  delayed.push_back({now + std::chrono::milliseconds(query.delay_ms), {from, bytes}});
}

void Node::Impl::Reply(base::Time now, const base::Endpoint& from, size_t query_bytes,
                       const Message& query, Guard::Account& account) {
  size_t limit = account.ReplyLimit(query.method, query_bytes);
  if (limit == 0) return;
  Responder::Scratch scratch;
  Message reply;
  if (!responder.Answer(now, query, from, id, scratch, reply)) return;
  if (responder.token_was_good()) {
    account.Prove();
    limit = kMaxDatagramBytes;
  }
  const bool gets = query.method == Method::kGetImmutable || query.method == Method::kGetMutable;
  if (gets && reply.value.empty() && !account.is_proven()) {
    limit = std::min(limit, static_cast<size_t>(kEmptyGetRatio * static_cast<double>(query_bytes)));
  }
  reply.sender = id;
  reply.read_only = IsShyOf(from);
  base::Endpoint to = from;
  if (query.method == Method::kPingNat) to.port = query.port;
  base::Bytes bytes = EncodeWithin(*protocol, to, limit, reply);
  if (bytes.empty()) {
    guard.CountSilence();
    return;
  }
  account.Sent(bytes.size());
  ++counters.replies;
  Transmit(now, to, std::move(bytes));
  if (account.IsToBeChallenged()) {
    Message ping;
    if (SendQuery(now, {.to = from, .method = Method::kPing, .index = kProofIndex}, kUnknownRttMs,
                  ping)) {
      account.Sent(kPingBytes);
    }
  }
}

bool Node::Impl::SendQuery(base::Time now, const Request& request, uint16_t rtt_ms,
                           Message& query) {
  const std::optional<uint16_t> transaction = requests.Add(now, request, rtt_ms);
  if (!transaction) return false;
  base::ByteArray<2> bytes;
  base::StoreLittleEndian(bytes.data(), *transaction);
  query.kind = Kind::kQuery;
  query.method = request.method;
  query.transaction = bytes;
  query.read_only = IsShyOf(request.to);
  query.observed = request.to;
  query.sender = id;
  if (tables[0] && tables[1]) query.want_v4 = query.want_v6 = true;
  base::Bytes out;
  if (!protocol->Encode(query, request.to, out)) {
    requests.Take(now, request.to, *transaction);
    return false;
  }
  ++counters.sent;
  Transmit(now, request.to, std::move(out));
  return true;
}

void Node::Impl::SendPing(base::Time now, const Contact& contact, uint32_t index) {
  Message ping;
  SendQuery(now,
            {.to = contact.endpoint, .id = contact.id, .method = Method::kPing, .index = index},
            kUnknownRttMs, ping);
}

void Node::Impl::HandleResponse(base::Time now, const base::Endpoint& from, Message& response) {
  std::optional<Request> request;
  if (response.transaction.size() == 2) {
    request =
        requests.Take(now, from, base::LoadLittleEndian<uint16_t>(response.transaction.data()));
  }
  if (!request) {
    ++counters.unexpected;
    guard.Look(now, from).Doubt();
    return;
  }
  OnHeard(now);
  // What is local to a stranger is not local to us.
  if (!from.IsLocal()) {
    response.contacts.RemoveIf([](const Contact& contact) { return contact.endpoint.IsLocal(); });
  }
  const bool understood =
      response.kind == Kind::kError || protocol->Interpret(request->method, response);
  RoutingTable* table = TableOf(from);
  const bool same_node = !request->id || !response.sender || *response.sender == *request->id;
  if (table != nullptr && !same_node) table->Remove({*request->id, from});
  if (table != nullptr && understood && response.sender && *response.sender != id &&
      protocol->IdFits(*response.sender, from)) {
    table->Answered(now, {*response.sender, from}, now - request->sent);
  }
  if (table != nullptr && understood && !response.sender && request->id &&
      protocol->traits().id_from_address && table->Find(*request->id) != nullptr) {
    // It had no room to say the id that its address tells: see EncodeWithin.
    table->Answered(now, {*request->id, from}, now - request->sent);
  }
  if (response.observed) OnVote(now, from, *response.observed);
  if (request->operation == 0) {
    if (request->index == kBootstrapIndex && understood) JoinThrough(now, response, from);
    if (request->index == kProofIndex) guard.Look(now, from).Answered();
    if (request->index == kGraveIndex && request->id) Rise(now, {*request->id, from});
    return;
  }
  Operation* operation = Find(request->operation);
  if (operation == nullptr) {
    Pong pong{.operation = request->operation, .endpoint = from, .answered = true};
    pong.rtt = now - request->sent;
    if (response.sender) pong.contact = Contact{*response.sender, from};
    ReportPong(pong);
    return;
  }
  if (!understood) {
    operation->Lost(request->index);
  } else if (response.kind == Kind::kError) {
    operation->Refused(request->index, response);
  } else {
    operation->Answered(request->index, response);
  }
  Pump(now, *operation);
}

}  // namespace shadw::dht
