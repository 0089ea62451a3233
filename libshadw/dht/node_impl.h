// SPDX-License-Identifier: Apache-2.0
//
// What a node holds, shared by the files that make it up: node.cc (options,
// creation, what it knows), node_verbs.cc, node_operations.cc (from task to report),
// node_messages.cc (datagrams), node_upkeep.cc (what it does of its own accord).
// Private to the module.
#ifndef LIBSHADW_DHT_NODE_IMPL_H_
#define LIBSHADW_DHT_NODE_IMPL_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "libshadw/dht/address_votes.h"
#include "libshadw/dht/guard.h"
#include "libshadw/dht/network_size.h"
#include "libshadw/dht/node.h"
#include "libshadw/dht/operation.h"
#include "libshadw/dht/reach.h"
#include "libshadw/dht/requests.h"
#include "libshadw/dht/responder.h"
#include "libshadw/dht/routing_table.h"

namespace shadw::dht {

// A queue that gives its memory back only when it is destroyed.
template <typename T>
class Fifo {
 public:
  bool empty() const { return first_ == items_.size(); }
  void Push(T item) { items_.push_back(std::move(item)); }
  std::optional<T> Pop() {
    if (empty()) return std::nullopt;
    std::optional<T> item = std::move(items_[first_++]);
    if (empty()) {
      items_.clear();
      first_ = 0;
    }
    return item;
  }

 private:
  std::vector<T> items_;
  size_t first_ = 0;
};

inline NodeId RandomId(const Protocol& protocol, base::RandomSource* random) {
  const base::ByteArray<kMaxIdBytes> bytes = random->Array<kMaxIdBytes>();
  return NodeId::FromBytes(base::ByteSpan(bytes).first(protocol.traits().id_bytes));
}

// A task that is done again and again: a record kept alive, a target listened to.
struct Standing {
  enum class Purpose : uint8_t { kKeep, kListen };
  OperationId id;
  Purpose purpose;
  Task task;
  base::Time next;
  std::optional<Record> last_heard;
};

struct Node::Impl {
  Impl(NodeOptions options, const Protocol* protocol, base::RandomSource* random, base::Time now,
       const NodeId& id);

  // --- node_messages.cc ---------------------------------------------------------------
  void Prefetch(const base::Endpoint& from, base::ByteSpan datagram) const;
  void HandleQuery(base::Time now, const base::Endpoint& from, base::ByteSpan datagram,
                   const Message& query);
  void HandleResponse(base::Time now, const base::Endpoint& from, Message& response);
  void Reply(base::Time now, const base::Endpoint& from, size_t query_bytes, const Message& query,
             Guard::Account& account);
  void PassOn(base::Time now, const base::Endpoint& from, size_t query_bytes, const Message& query,
              Guard::Account& account);
  void Delay(base::Time now, const base::Endpoint& from, size_t query_bytes, const Message& query,
             Guard::Account& account);
  void ReportPong(const Pong& pong);
  void HandleDownHint(base::Time now, const Message& hint);
  bool SendQuery(base::Time now, const Request& request, uint16_t rtt_ms, Message& query);
  void SendPing(base::Time now, const Contact& contact, uint32_t index);
  void Transmit(base::Time now, const base::Endpoint& to, base::Bytes bytes) {
    if (unproven) reach.Wrote(now, to);
    transmits.Push({to, std::move(bytes)});
  }
  // Whether the other side is asked not to remember us.
  bool IsShyOf(const base::Endpoint& to) const {
    return !serving && std::ranges::find(witnesses, to) == witnesses.end();
  }

  // --- operations, node.cc ------------------------------------------------------------
  absl::StatusOr<OperationId> Begin(base::Time now, Task task);
  absl::StatusOr<OperationId> BeginStanding(base::Time now, Task task, bool stands,
                                            Standing::Purpose purpose);
  Operation& AddOperation(base::Time now, OperationId id, Task task);
  void BeginAs(base::Time now, OperationId id, Task task);
  void GuessNetworkSize();
  Operation* Find(OperationId id);
  void Pump(base::Time now, Operation& operation);
  void PumpHeld(base::Time now);
  void Send(base::Time now, const Operation& operation, const Operation::Outgoing& outgoing);
  void Complete(base::Time now, OperationId id);
  void Report(base::Time now, Operation& operation);
  void KeepSoon(base::Time now, const PutReport& report);
  Task TaskFor(Method ask, const NodeId& target, const Approach& how) const;
  Task MutableTaskFor(std::span<const uint8_t, 32> key, base::ByteSpan salt,
                      const Approach& how) const;

  // --- node_upkeep.cc -----------------------------------------------------------------
  void Upkeep(base::Time now);
  void Join(base::Time now);
  void JoinThrough(base::Time now, const Message& response, const base::Endpoint& from);
  void Knock(base::Time now);
  void PutOffJoining(base::Time now);
  void OnJoined(base::Time now, const NodeId& target, size_t answers);
  void VisitNextBucket(base::Time now);
  void RefreshNext(base::Time now);
  void VisitGrave(base::Time now);
  void RunStanding(base::Time now);
  void Probe(base::Time now);
  void OnLost(base::Time now, const Request& request);
  void OnVote(base::Time now, const base::Endpoint& voter, const base::Endpoint& seen);
  void ChangeId(base::Time now, const NodeId& new_id);
  void Introduce(base::Time now);
  void OnQueryUnproven(base::Time now, const base::Endpoint& from);
  void Bury(const Contact& contact);
  void Rise(base::Time now, const Contact& contact);
  void OnHeard(base::Time now);

  RoutingTable* TableOf(const base::Endpoint& endpoint) {
    std::optional<RoutingTable>& table = tables[endpoint.v6 ? 1 : 0];
    return table ? &*table : nullptr;
  }
  size_t contacts() const {
    return (tables[0] ? tables[0]->size() : 0) + (tables[1] ? tables[1]->size() : 0);
  }
  bool Joining() const { return join_operation != 0; }

  const Protocol* protocol;
  base::RandomSource* random;
  NodeId id;
  bool serving;
  bool unproven;                          // not serving, until strangers reach us
  std::optional<RoutingTable> tables[2];  // IPv4, IPv6
  Requests requests;
  Guard guard;
  Responder responder;
  NetworkSize network_size;
  AddressVotes votes[2];
  std::vector<std::unique_ptr<Operation>> operations;
  OperationId last_operation = 0;
  std::set<OperationId> held;  // that wait until a request can be sent
  // When each of the things done from time to time is due: one line of cache, as every
  // datagram asks for the earliest.
  base::Time next_standing = base::Time::max();
  base::Time next_join;
  base::Time next_visit;
  base::Time next_grave;
  base::Time next_cleaning;
  base::Time next_probe = base::Time::max();
  base::Time next_introduction;
  Fifo<base::Transmit<base::Endpoint>> transmits;
  Fifo<Event> events;
  std::vector<Standing> standing;
  std::vector<OperationId> pings;  // of Node::Ping
  NodeStats counters;

  // Replies whose time has not come.
  std::vector<std::pair<base::Time, base::Transmit<base::Endpoint>>> delayed;

  // Of joining.
  OperationId join_operation = 0;
  bool joined = false;
  base::Duration join_pause = std::chrono::seconds(1);
  std::vector<Contact> remembered;  // of an earlier run, not asked yet

  // Of what is done from time to time.
  size_t visited = 0;              // buckets, over both tables
  std::vector<NodeId> to_refresh;  // targets of lookups that are due
  OperationId refreshing = 0;
  std::vector<Contact> graves;  // contacts given up, in case they come back
  size_t next_grave_index = 0;
  base::Time last_rejoin;

  // Of silence: whether it is ours.
  base::Time last_heard{};
  size_t losses_in_silence = 0;

  // Of being reached.
  Reach reach;
  base::Time serve_from;                  // whatever proves it earlier does not count
  std::vector<base::Endpoint> witnesses;  // who may remember us meanwhile, and tell of us

  base::Time next_down_check{};

  const NodeOptions options;  // last: most of it is seldom looked at
};

// Request::index of requests that belong to no operation.
inline constexpr uint32_t kCheckIndex = 0;    // is the contact still there?
inline constexpr uint32_t kRecheckIndex = 1;  // the same, for the last time
inline constexpr uint32_t kBootstrapIndex = 2;
inline constexpr uint32_t kGraveIndex = 3;
inline constexpr uint32_t kProofIndex = 4;  // does it receive what we send?

inline constexpr size_t kMaxGraves = 16;
inline constexpr size_t kMaxDelayed = 64;
inline constexpr uint32_t kMaxDelayMs = 10'000;
// More losses in a row than this, and nothing heard meanwhile: the silence is ours.
inline constexpr size_t kLossesUntilOffline = 3;
// Hints at contacts that are gone, from whomever: no more are followed.
inline constexpr base::Duration kDownCheckEvery = std::chrono::seconds(1);
inline constexpr base::Duration kKeepAgainAfter = std::chrono::minutes(1);
inline constexpr base::Duration kProbeEvery = std::chrono::seconds(5);
// Pings to newcomers stop while so many requests are out.
inline constexpr size_t kMaxRequestsForNewcomers = 32;

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_NODE_IMPL_H_
