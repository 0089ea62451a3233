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

// Whether the protocol can say this, but for what is known only when it is sent.
absl::Status CheckVerb(const Protocol& protocol, Method method, const NodeId& target,
                       const Announcement* announcement) {
  const base::ByteArray<kTokenBytes> zeros{};
  Message query{.method = method, .transaction = base::ByteSpan(zeros).first(2)};
  query.sender = query.target = query.responder = target;
  query.announcement = announcement;
  if (announcement != nullptr) {
    query.token = base::ByteSpan(zeros).first(protocol.traits().token_bytes);
    query.port = announcement->port;
    query.implied_port = announcement->implied_port;
  }
  base::Bytes out;
  if (protocol.Encode(query, base::Endpoint::V4(127, 0, 0, 1, 1), out)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("dht: got an announcement without what ",
                                                 protocol.traits().name,
                                                 " needs, need its port or its signer"));
}

absl::Status Lacking(const Protocol& protocol, const char* verb) {
  return absl::UnimplementedError(absl::StrCat(
      "dht: got ", verb, ", need a protocol that has it: ", protocol.traits().name, " has not"));
}

absl::Status CheckLookup(const LookupOptions& lookup) {
  if (lookup.disjoint_paths == 0 || lookup.disjoint_paths > kMaxDisjointPaths) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dht: got disjoint_paths ", lookup.disjoint_paths, ", need 1 to ", kMaxDisjointPaths));
  }
  if (lookup.parallelism > kMaxParallelism) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dht: got lookup_parallelism ", lookup.parallelism, ", need 1 to ", kMaxParallelism));
  }
  return absl::OkStatus();
}

absl::Status CheckRecord(const Protocol& protocol, const Record& record) {
  const NodeId target = record.is_mutable() ? protocol.MutableTarget(*record.key, record.salt)
                                            : protocol.ImmutableTarget(record.value);
  if (VerifyRecord(protocol, target, record)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "dht: got a record of ", record.value.size(),
      " bytes that others would refuse, need a legal value of at most ",
      protocol.traits().max_value_bytes, " bytes and, where it has a key, its signature"));
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
  SHADW_RETURN_IF_ERROR(CheckLookup({.parallelism = lookup_parallelism}));
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
  return CheckLookup({.parallelism = lookup_parallelism, .disjoint_paths = disjoint_paths});
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

// --- operations -----------------------------------------------------------------------
Task Node::Impl::TaskFor(Method ask, const NodeId& target, const Approach& how) const {
  Task task{.ask = ask, .target = target};
  task.lookup = {.results = options.bucket_size,
                 .parallelism = how.lookup_parallelism != 0 ? how.lookup_parallelism
                                                            : options.lookup_parallelism,
                 .disjoint_paths = how.disjoint_paths};
  task.replicas = options.bucket_size;
  task.quorum = how.quorum;
  task.density_aware = how.density_aware;
  return task;
}

Task Node::Impl::MutableTaskFor(std::span<const uint8_t, 32> key, base::ByteSpan salt,
                                const Approach& how) const {
  Task task = TaskFor(Method::kGetMutable, protocol->MutableTarget(key, salt), how);
  task.record.key.emplace();
  std::ranges::copy(key, task.record.key->begin());
  task.record.salt = base::ToBytes(salt);
  return task;
}

absl::StatusOr<OperationId> Node::Impl::Begin(base::Time now, Task task) {
  SHADW_RETURN_IF_ERROR(CheckLookup(task.lookup));
  if (operations.size() >= kMaxOperations) {
    return absl::ResourceExhaustedError(
        absl::StrCat("dht: got one operation more than ", kMaxOperations, " under way"));
  }
  const OperationId operation = ++last_operation;
  BeginAs(now, operation, std::move(task));
  return operation;
}

Operation& Node::Impl::AddOperation(base::Time now, OperationId operation_id, Task task) {
  auto operation = std::make_unique<Operation>(operation_id, std::move(task), protocol, random, id);
  const NodeId target = operation->task().target;
  for (const bool v6 : {false, true}) {
    std::optional<RoutingTable>& table = tables[v6 ? 1 : 0];
    if (!table) continue;
    table->Touch(now, target);
    operation->AddLookup(v6, &*table);
  }
  return *operations.emplace_back(std::move(operation));
}

void Node::Impl::BeginAs(base::Time now, OperationId operation_id, Task task) {
  Operation& begun = AddOperation(now, operation_id, std::move(task));
  if (begun.task().density_aware && network_size.Estimate() == 0) GuessNetworkSize();
  Pump(now, begun);
}

// From our own surroundings, as long as no lookup has told more.
void Node::Impl::GuessNetworkSize() {
  const RoutingTable& table = tables[0] ? *tables[0] : *tables[1];
  NodeId farthest{};
  size_t count = 0;
  table.Closest(id, options.bucket_size, [&](const RoutingTable::Entry& entry) {
    farthest = std::max(farthest, Distance(id, entry.contact.id));
    ++count;
  });
  if (count == options.bucket_size) network_size.Observe(farthest, count);
}

Operation* Node::Impl::Find(OperationId operation) {
  for (const std::unique_ptr<Operation>& each : operations) {
    if (each->id() == operation) return each.get();
  }
  return nullptr;
}

void Node::Impl::Pump(base::Time now, Operation& operation) {
  while (requests.size() < kMaxRequests) {
    const auto outgoing = operation.Next(network_size);
    if (!outgoing) break;
    Send(now, operation, *outgoing);
  }
  if (operation.done()) {
    Complete(now, operation.id());
  } else if (requests.size() >= kMaxRequests) {
    held.insert(operation.id());
  }
}

// Those that could not ask on, as too many requests were out, in the order they began.
void Node::Impl::PumpHeld(base::Time now) {
  while (!held.empty() && requests.size() < kMaxRequests) {
    const OperationId next = *held.begin();
    held.erase(held.begin());
    if (Operation* operation = Find(next)) Pump(now, *operation);
  }
}

void Node::Impl::Send(base::Time now, const Operation& operation,
                      const Operation::Outgoing& outgoing) {
  const Task& task = operation.task();
  Message query;
  query.target = outgoing.target;
  query.token = outgoing.token;
  query.responder = outgoing.to.id;
  query.announcement = task.announcement.get();
  if (task.announcement != nullptr) {
    query.port = task.announcement->port;
    query.implied_port = task.announcement->implied_port;
  }
  const bool puts =
      outgoing.method == Method::kPutImmutable || outgoing.method == Method::kPutMutable;
  if (puts) {
    query.value = task.record.value;
    query.cas = task.cas;
  }
  if (outgoing.method == Method::kPutMutable) {
    query.key = *task.record.key;
    query.salt = task.record.salt;
    query.seq = task.record.seq;
    query.signature = task.record.signature;
  }
  // Whoever puts wants to hear of values newer than his own only.
  if (outgoing.method == Method::kGetMutable && task.commit) query.seq = task.record.seq;
  if (outgoing.method == Method::kGetMutable && task.least_seq) {
    const int64_t seq = protocol->traits().seq_is_minimum ? *task.least_seq : *task.least_seq - 1;
    if (seq >= 0) query.seq = seq;
  }
  const RoutingTable* table = TableOf(outgoing.to.endpoint);
  const RoutingTable::Entry* entry = table == nullptr ? nullptr : table->Find(outgoing.to.id);
  const Request request{.to = outgoing.to.endpoint,
                        .id = outgoing.to.id,
                        .method = outgoing.method,
                        .operation = operation.id(),
                        .index = outgoing.index};
  if (!SendQuery(now, request, entry == nullptr ? kUnknownRttMs : entry->rtt_ms, query)) {
    Find(operation.id())->NotSent(outgoing.index);
  }
}

void Node::Impl::Complete(base::Time now, OperationId operation_id) {
  const auto found =
      std::ranges::find(operations, operation_id, [](const auto& each) { return each->id(); });
  const std::unique_ptr<Operation> operation = std::move(*found);
  operations.erase(found);
  // Targets of upkeep are our own choice, so they tell the size of the network; but for our
  // own id, beside which anybody may have settled.
  if (operation->task().quiet && operation->task().target != id) {
    if (const auto distance = operation->DistanceOfKth(options.bucket_size)) {
      network_size.Observe(*distance, options.bucket_size);
    }
  }
  if (operation_id == join_operation) {
    join_operation = 0;
    OnJoined(now, operation->task().target, operation->report().answers);
  } else if (operation_id == refreshing) {
    refreshing = 0;
    RefreshNext(now);
  }
  if (!operation->task().quiet) Report(now, *operation);
}

// What is kept and reached nobody is put again before its time.
void Node::Impl::KeepSoon(base::Time now, const PutReport& report) {
  const auto refused = [](const PutOutcome& it) { return it.result == PutResult::kRefused; };
  if (report.stored > 0 || std::ranges::any_of(report.outcomes, refused)) return;
  const auto kept = std::ranges::find(standing, report.operation, &Standing::id);
  if (kept == standing.end()) return;
  kept->next = std::min(kept->next, now + kKeepAgainAfter);
  next_standing = std::min(next_standing, kept->next);
}

void Node::Impl::Report(base::Time now, Operation& operation) {
  const Task& task = operation.task();
  if (task.commit) {
    PutReport report = operation.TakePutReport();
    KeepSoon(now, report);
    events.Push(std::move(report));
    return;
  }
  switch (task.ask) {
    case Method::kGetImmutable:
    case Method::kGetMutable: {
      GetReport report = operation.TakeGetReport();
      const auto listener = std::ranges::find_if(
          standing, [&](const Standing& it) { return it.id == operation.id(); });
      if (listener == standing.end()) {
        events.Push(std::move(report));
      } else if (!report.versions.empty() &&
                 report.versions.front().record != listener->last_heard) {
        const Record& newest = report.versions.front().record;
        if (!listener->last_heard || newest.seq > listener->last_heard->seq) {
          listener->last_heard = newest;
          events.Push(Heard{operation.id(), newest});
        }
      }
      return;
    }
    case Method::kGetPeers:
    case Method::kFindPeer:
      events.Push(operation.TakePeersReport());
      return;
    case Method::kSampleTargets:
      events.Push(operation.TakeSampleReport());
      return;
    default:
      events.Push(FoundNodes{operation.id(), operation.report()});
  }
}

// --- verbs ----------------------------------------------------------------------------
absl::StatusOr<OperationId> Node::Ping(base::Time now, const base::Endpoint& endpoint) {
  if (!endpoint.IsUsable() || impl_->TableOf(endpoint) == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got endpoint ", endpoint.ToString(),
                     ", need one that can be sent to, of a family that this node uses"));
  }
  const OperationId operation = ++impl_->last_operation;
  Message ping;
  impl_->pings.push_back(operation);
  if (!impl_->SendQuery(now, {.to = endpoint, .method = Method::kPing, .operation = operation},
                        kUnknownRttMs, ping)) {
    impl_->pings.pop_back();
    return absl::ResourceExhaustedError(
        absl::StrCat("dht: got one request more than ", kMaxRequests, " under way"));
  }
  return operation;
}

// Nothing where nobody asked for this ping: an operation that ended has its late answers.
void Node::Impl::ReportPong(const Pong& pong) {
  if (std::erase(pings, pong.operation) > 0) events.Push(pong);
}

absl::StatusOr<OperationId> Node::FindNode(base::Time now, const NodeId& target, Approach how) {
  return impl_->Begin(now, impl_->TaskFor(Method::kFindNode, target, how));
}

absl::StatusOr<OperationId> Node::Get(base::Time now, const NodeId& target, Approach how) {
  Task task = impl_->TaskFor(Method::kGetImmutable, target, how);
  task.enough = how.quorum;
  return impl_->Begin(now, std::move(task));
}

absl::StatusOr<OperationId> Node::GetMutable(base::Time now, std::span<const uint8_t, 32> key,
                                             base::ByteSpan salt, Approach how,
                                             std::optional<int64_t> least_seq) {
  if (least_seq && *least_seq < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got least_seq ", *least_seq, ", need 0 or more"));
  }
  Task task = impl_->MutableTaskFor(key, salt, how);
  task.least_seq = least_seq;
  return impl_->Begin(now, std::move(task));
}

absl::StatusOr<OperationId> Node::Put(base::Time now, const Record& record,
                                      std::optional<int64_t> cas, Approach how, bool keep) {
  SHADW_RETURN_IF_ERROR(CheckRecord(*impl_->protocol, record));
  const NodeId target = record.is_mutable()
                            ? impl_->protocol->MutableTarget(*record.key, record.salt)
                            : impl_->protocol->ImmutableTarget(record.value);
  Task task = impl_->TaskFor(record.is_mutable() ? Method::kGetMutable : Method::kGetImmutable,
                             target, how);
  task.commit = record.is_mutable() ? Method::kPutMutable : Method::kPutImmutable;
  task.record = record;
  task.cas = cas;
  return impl_->BeginStanding(now, std::move(task), keep, Standing::Purpose::kKeep);
}

absl::StatusOr<OperationId> Node::GetPeers(base::Time now, const NodeId& target, Approach how) {
  return impl_->Begin(now, impl_->TaskFor(Method::kGetPeers, target, how));
}

absl::StatusOr<OperationId> Node::Announce(base::Time now, const NodeId& target,
                                           const Announcement& announcement, Approach how,
                                           bool keep) {
  SHADW_RETURN_IF_ERROR(CheckVerb(*impl_->protocol, Method::kAnnouncePeer, target, &announcement));
  Task task = impl_->TaskFor(Method::kGetPeers, target, how);
  task.commit = Method::kAnnouncePeer;
  task.announcement = std::make_shared<const Announcement>(announcement);
  return impl_->BeginStanding(now, std::move(task), keep, Standing::Purpose::kKeep);
}

absl::StatusOr<OperationId> Node::Unannounce(base::Time now, const NodeId& target,
                                             const Announcement& announcement, Approach how) {
  if (!impl_->protocol->traits().unannounces) return Lacking(*impl_->protocol, "unannounce");
  SHADW_RETURN_IF_ERROR(
      CheckVerb(*impl_->protocol, Method::kUnannouncePeer, target, &announcement));
  Task task = impl_->TaskFor(Method::kGetPeers, target, how);
  task.commit = Method::kUnannouncePeer;
  task.announcement = std::make_shared<const Announcement>(announcement);
  return impl_->Begin(now, std::move(task));
}

absl::StatusOr<OperationId> Node::SampleTargets(base::Time now, const NodeId& target,
                                                Approach how) {
  if (!CheckVerb(*impl_->protocol, Method::kSampleTargets, target, nullptr).ok()) {
    return Lacking(*impl_->protocol, "sampling of targets");
  }
  return impl_->Begin(now, impl_->TaskFor(Method::kSampleTargets, target, how));
}

absl::StatusOr<OperationId> Node::Listen(base::Time now, std::span<const uint8_t, 32> key,
                                         base::ByteSpan salt, Approach how) {
  return impl_->BeginStanding(now, impl_->MutableTaskFor(key, salt, how), true,
                              Standing::Purpose::kListen);
}

absl::StatusOr<OperationId> Node::Listen(base::Time now, const NodeId& target, Approach how) {
  Task task = impl_->TaskFor(Method::kGetImmutable, target, how);
  task.enough = how.quorum;
  return impl_->BeginStanding(now, std::move(task), true, Standing::Purpose::kListen);
}

absl::StatusOr<OperationId> Node::Impl::BeginStanding(base::Time now, Task task, bool stands,
                                                      Standing::Purpose purpose) {
  if (!stands) return Begin(now, std::move(task));
  if (standing.size() >= kMaxKept) {
    return absl::ResourceExhaustedError(
        absl::StrCat("dht: got one record to keep or listen to more than ", kMaxKept));
  }
  const bool keeps = purpose == Standing::Purpose::kKeep;
  const base::Time next = now + (keeps ? options.republish_after : options.listen_every);
  // First, as what begins may be over at once.
  Standing stands_for{.id = last_operation + 1, .purpose = purpose, .task = task, .next = next};
  stands_for.task.cas.reset();  // the first put meets it, and every later one would be refused
  standing.push_back(std::move(stands_for));
  next_standing = std::min(next_standing, next);
  absl::StatusOr<OperationId> operation = Begin(now, std::move(task));
  if (!operation.ok()) standing.pop_back();
  return operation;
}

absl::Status Node::Forget(OperationId operation) {
  if (std::erase_if(impl_->standing, [&](const Standing& it) { return it.id == operation; }) > 0) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(
      absl::StrCat("dht: got operation ", operation, ", need one that keeps or listens"));
}

// --- what it knows --------------------------------------------------------------------
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
