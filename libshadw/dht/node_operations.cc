// SPDX-License-Identifier: Apache-2.0
//
// Operations of a node, from the task to the report.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/node_impl.h"

namespace shadw::dht {

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
  SHADW_RETURN_IF_ERROR(task.lookup.Validate());
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

// Nothing where nobody asked for this ping: an operation that ended has its late answers.
void Node::Impl::ReportPong(const Pong& pong) {
  if (std::erase(pings, pong.operation) > 0) events.Push(pong);
}

}  // namespace shadw::dht
