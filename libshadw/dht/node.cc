// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/node.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/node_impl.h"

namespace shadw::dht {
namespace {

NodeOptions Completed(NodeOptions options, const ProtocolTraits& traits) {
  if (options.bucket_size == 0) options.bucket_size = traits.bucket_size;
  if (options.lookup_parallelism == 0) options.lookup_parallelism = traits.lookup_parallelism;
  options.table.bucket_size = options.bucket_size;
  ResponderOptions& responder = options.responder;
  if (responder.contacts_in_reply == 0) responder.contacts_in_reply = options.bucket_size;
  if (responder.records.lifetime == base::Duration{})
    responder.records.lifetime = traits.record_lifetime;
  if (responder.peers.lifetime == base::Duration{}) responder.peers.lifetime = traits.peer_lifetime;
  if (!traits.v6) options.v6 = false;
  return options;
}

// Up to a minute, so that nodes that start together do not stay in step.
base::Duration Jitter(base::RandomSource* random) {
  const auto fraction = base::LoadLittleEndian<uint16_t>(random->Array<2>().data());
  return std::chrono::nanoseconds(std::chrono::minutes(1)) * fraction / 65536;
}

absl::Status CheckWidth(const Protocol& protocol, const NodeId& id) {
  const size_t id_bytes = protocol.traits().id_bytes;
  base::ByteArray<kMaxIdBytes> bytes;
  id.ToBytes(bytes);
  if (NodeId::FromBytes(base::ByteSpan(bytes).first(id_bytes)) == id) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("dht: got an id that is longer than ", id_bytes,
                                                 " bytes, need one of ", protocol.traits().name));
}

}  // namespace

absl::Status NodeOptions::Validate() const {
  SHADW_RETURN_IF_ERROR(table.Validate());
  SHADW_RETURN_IF_ERROR(times.Validate());
  SHADW_RETURN_IF_ERROR(guard.Validate());
  SHADW_RETURN_IF_ERROR(responder.records.Validate());
  if (!v4 && !v6) {
    return absl::InvalidArgumentError(
        "dht: got neither v4 nor v6, need an address family that the protocol has");
  }
  SHADW_RETURN_IF_ERROR(LookupOptions{.parallelism = lookup_parallelism}.Validate());
  if (bootstrap.size() > kMaxBootstrap) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dht: got ", bootstrap.size(), " bootstrap endpoints, need at most ", kMaxBootstrap));
  }
  for (const base::Duration period : {refresh_after, republish_after, listen_every}) {
    if (period < std::chrono::seconds(1)) {
      return absl::InvalidArgumentError(
          "dht: got a period below 1 s, need refresh_after, republish_after and listen_every of "
          "1 s or more");
    }
  }
  return absl::OkStatus();
}

absl::Status Approach::Validate() const {
  const LookupOptions lookup = {.parallelism = lookup_parallelism,
                                .disjoint_paths = disjoint_paths};
  return lookup.Validate();
}

absl::StatusOr<Node> Node::Create(NodeOptions options, const Protocol* protocol,
                                  base::RandomSource* random, base::Time now) {
  options = Completed(std::move(options), protocol->traits());
  SHADW_RETURN_IF_ERROR(options.Validate());
  if (options.id) SHADW_RETURN_IF_ERROR(CheckWidth(*protocol, *options.id));
  NodeId id = RandomId(*protocol, random);
  if (options.address) id = protocol->IdFor(*options.address, *random);
  if (options.id) id = *options.id;
  return Node(std::make_unique<Impl>(std::move(options), protocol, random, now, id));
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

Node::Impl::Impl(NodeOptions given, const Protocol* its_protocol, base::RandomSource* its_random,
                 base::Time now, const NodeId& its_id)
    : protocol(its_protocol),
      random(its_random),
      id(its_id),
      serving(given.serving == Serving::kAlways),
      unproven(given.serving == Serving::kWhenReachable),
      tables{given.v4 ? std::optional(RoutingTable(now, id, given.table)) : std::nullopt,
             given.v6 ? std::optional(RoutingTable(now, id, given.table)) : std::nullopt},
      requests(given.times, random),
      guard(given.guard),
      responder(given.responder, protocol, tables[0] ? &*tables[0] : nullptr,
                tables[1] ? &*tables[1] : nullptr, random),
      next_join(now),
      next_visit(now + Jitter(random)),
      next_grave(now + Jitter(random)),
      next_cleaning(now + std::chrono::minutes(5)),
      next_introduction(now + given.serve_after),
      last_rejoin(now),
      reach(now),
      serve_from(now + given.serve_after),
      options(std::move(given)) {}

std::optional<base::Transmit<base::Endpoint>> Node::PollTransmit() {
  return impl_->transmits.Pop();
}

std::optional<Event> Node::PollEvent() { return impl_->events.Pop(); }

const NodeId& Node::id() const { return impl_->id; }
const Protocol& Node::protocol() const { return *impl_->protocol; }
bool Node::serving() const { return impl_->serving; }
const Responder& Node::responder() const { return impl_->responder; }

const RoutingTable* Node::table(bool v6) const {
  const std::optional<RoutingTable>& table = impl_->tables[v6 ? 1 : 0];
  return table ? &*table : nullptr;
}

NodeStats Node::stats() const {
  NodeStats stats = impl_->counters;
  stats.contacts = impl_->contacts();
  stats.records = impl_->responder.records().size();
  stats.peer_targets = impl_->responder.peers().targets();
  stats.operations = impl_->operations.size();
  stats.requests = impl_->requests.size();
  stats.silenced = impl_->guard.silenced();
  stats.network_nodes = impl_->network_size.Estimate();
  stats.serving = impl_->serving;
  stats.address =
      impl_->votes[0].believed() ? impl_->votes[0].believed() : impl_->votes[1].believed();
  const std::vector<NatSample> samples = impl_->votes[stats.address && stats.address->v6].samples();
  const bool proven = impl_->serving && impl_->options.serving == Serving::kWhenReachable;
  stats.nat = ClassifyNat(samples, proven);
  return stats;
}

std::vector<Contact> Node::Contacts() const {
  std::vector<Contact> contacts;
  for (const std::optional<RoutingTable>& table : impl_->tables) {
    if (!table) continue;
    for (const RoutingTable::Bucket& bucket : table->buckets()) {
      for (const RoutingTable::Entry& entry : bucket.contacts) {
        if (entry.failures == 0) contacts.push_back(entry.contact);
      }
    }
  }
  return contacts;
}

}  // namespace shadw::dht
