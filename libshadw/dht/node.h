// SPDX-License-Identifier: Apache-2.0
//
// A node of a distributed hash table, as a state machine: datagrams and time go in,
// datagrams and events come out. `net` runs it on a socket, `sim` a hundred thousand of
// them in virtual time; it is the same code.
//
//   auto node = Node::Create({.bootstrap = {router}}, &krpc::Mainline(), &random, now);
//   node->HandleTimeout(now);                         // at first, and at NextTimeout()
//   node->HandleMessage(now, from, datagram);         // as they arrive
//   while (auto transmit = node->PollTransmit()) socket.Send(transmit->to, transmit->bytes);
//   while (auto event = node->PollEvent()) {
//     if (std::get_if<Joined>(&*event)) get = *node->Get(now, target);
//     if (auto* report = std::get_if<GetReport>(&*event)) Use(*report);
//   }
//
// It joins by looking up its own surroundings, keeps its table fresh by asking each
// bucket's contacts and looking up ids in idle buckets, and answers others. It asks not
// to be remembered, but by a few neighbours, until a query came from an address that it
// had not written to for minutes; from then on it serves (reach.h). It learns its address
// from what others say, and where the protocol ties ids to addresses its id follows.
//
// Every verb returns at once; its outcome comes as an event that carries its id. Before the
// first `Joined` a node knows hardly anybody, and a verb may end having found nobody.
//
// Limits: kMaxOperations at once, kMaxKept records kept alive, and those of the parts
// (routing_table.h, record_store.h, peer_store.h, guard.h, requests.h).
//   Source   Kademlia (Maymounkov & Mazieres 2002); BEP 5, 32, 42, 43, 44, 51; dht-rpc
#ifndef LIBSHADW_DHT_NODE_H_
#define LIBSHADW_DHT_NODE_H_

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/base/random.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/dht/guard.h"
#include "libshadw/dht/nat.h"
#include "libshadw/dht/protocol.h"
#include "libshadw/dht/reports.h"
#include "libshadw/dht/requests.h"
#include "libshadw/dht/responder.h"
#include "libshadw/dht/routing_table.h"

namespace shadw::dht {

inline constexpr size_t kMaxOperations = 1024;
inline constexpr size_t kMaxKept = 10'000;
inline constexpr size_t kMaxBootstrap = 1000;

// When a node answers as one that others may rely on.
enum class Serving : uint8_t {
  kWhenReachable,  // once it is proven, and serve_after has passed
  kAlways,         // a server with a public address
  kNever,          // a client
};

struct NodeOptions {
  size_t bucket_size = 0;         // k; 0: the protocol's
  size_t lookup_parallelism = 0;  // alpha; 0: the protocol's
  TableOptions table;             // its bucket_size is set from the one above
  RequestTimes times;
  GuardOptions guard;
  ResponderOptions responder;
  Serving serving = Serving::kWhenReachable;
  base::Duration serve_after = std::chrono::minutes(15);
  base::Duration refresh_after = std::chrono::minutes(15);
  base::Duration republish_after = std::chrono::minutes(30);
  base::Duration listen_every = std::chrono::seconds(60);
  bool v4 = true, v6 = false;
  std::optional<NodeId> id;               // nothing: drawn at random
  std::optional<base::Endpoint> address;  // ours, where it is known
  std::vector<base::Endpoint> bootstrap;

  absl::Status Validate() const;
};

// How one operation goes about it.
struct Approach {
  size_t lookup_parallelism = 0;  // 0: the node's; at most kMaxParallelism
  // 1 to kMaxDisjointPaths. They begin at the closest kMaxBucketSize contacts that the table
  // has, dealt out to all.
  size_t disjoint_paths = 1;
  bool density_aware = false;
  // A put: stores that make it a success. A get of an immutable record: contacts that
  // must agree before it ends early.
  size_t quorum = 1;

  absl::Status Validate() const;
};

struct NodeStats {
  size_t contacts = 0, records = 0, peer_targets = 0, operations = 0, requests = 0;
  uint64_t queries = 0;      // of others, answered or not
  uint64_t replies = 0;      // of ours to them
  uint64_t silenced = 0;     // met with silence, see guard.h
  uint64_t noise = 0;        // datagrams that were no messages
  uint64_t unexpected = 0;   // answers to nothing we asked
  uint64_t forwarded = 0;    // for others who cannot reach each other yet
  uint64_t sent = 0;         // requests of ours
  uint64_t lost = 0;         // of them never answered
  double network_nodes = 0;  // estimated; 0: unknown yet
  uint64_t down_hints = 0;   // contacts that were asked as somebody said they are gone
  bool serving = false;
  std::optional<base::Endpoint> address;
  NatClass nat = NatClass::kUnknown;  // as others see us; kOpen: we serve
};

class Node {
 public:
  using Address = base::Endpoint;
  using Event = dht::Event;

  //   Shapes   protocol, random  outlive the node
  //   Errors   kInvalidArgument  an option is out of range
  static absl::StatusOr<Node> Create(NodeOptions options, const Protocol* protocol,
                                     base::RandomSource* random, base::Time now);
  Node(Node&&) noexcept;
  Node& operator=(Node&&) noexcept;
  ~Node();

  void HandleMessage(base::Time now, const base::Endpoint& from, base::ByteSpan datagram);
  void HandleTimeout(base::Time now);
  std::optional<base::Transmit<base::Endpoint>> PollTransmit();
  std::optional<Event> PollEvent();
  std::optional<base::Time> NextTimeout() const;
  // Fetches ahead what HandleMessage will need: see state_machine.h.
  void Prefetch(int step, const base::Endpoint& from, base::ByteSpan datagram) const;
  // The way to the network came back, or changed: everybody known is asked again.
  void HandleNetworkChange(base::Time now);

  // Each verb names its operation.
  //   Errors   kResourceExhausted  kMaxOperations are under way
  //            kInvalidArgument    what is put or announced is not legal, the approach is out
  //                                of range, or nothing can be sent to the endpoint
  //            kUnimplemented      the protocol has no such message
  absl::StatusOr<OperationId> Ping(base::Time now, const base::Endpoint& endpoint);
  absl::StatusOr<OperationId> FindNode(base::Time now, const NodeId& target, Approach how = {});
  absl::StatusOr<OperationId> Get(base::Time now, const NodeId& target, Approach how = {});
  // `least_seq`: older versions are neither sent nor reported.
  absl::StatusOr<OperationId> GetMutable(base::Time now, std::span<const uint8_t, 32> key,
                                         base::ByteSpan salt, Approach how = {},
                                         std::optional<int64_t> least_seq = {});
  // The record is checked as others will check it. `keep`: it is put again every
  // republish_after until Forget, and each time there is a report under the same id. What
  // is put goes to others only: this node does not store it, even where it is among the
  // closest, nor does its own Get ask itself.
  absl::StatusOr<OperationId> Put(base::Time now, const Record& record,
                                  std::optional<int64_t> cas = {}, Approach how = {},
                                  bool keep = false);
  absl::StatusOr<OperationId> GetPeers(base::Time now, const NodeId& target, Approach how = {});
  absl::StatusOr<OperationId> Announce(base::Time now, const NodeId& target,
                                       const Announcement& announcement, Approach how = {},
                                       bool keep = false);
  absl::StatusOr<OperationId> Unannounce(base::Time now, const NodeId& target,
                                         const Announcement& announcement, Approach how = {});
  absl::StatusOr<OperationId> SampleTargets(base::Time now, const NodeId& target,
                                            Approach how = {});
  // Looks again every listen_every and tells of values that were not there before, as
  // `Heard`, until Forget.
  absl::StatusOr<OperationId> Listen(base::Time now, std::span<const uint8_t, 32> key,
                                     base::ByteSpan salt, Approach how = {});
  absl::StatusOr<OperationId> Listen(base::Time now, const NodeId& target, Approach how = {});
  // Ends keeping or listening; what is under way reports as usual.
  //   Errors   kNotFound  no such operation keeps or listens
  absl::Status Forget(OperationId operation);

  const NodeId& id() const;
  const Protocol& protocol() const;
  bool serving() const;
  NodeStats stats() const;
  // Nothing where the family is not used.
  const RoutingTable* table(bool v6) const;
  const Responder& responder() const;
  // Contacts that answered when they were asked last, to begin with next time; see table_file.h.
  std::vector<Contact> Contacts() const;
  // Contacts of an earlier run: they are asked before they are believed.
  void Remember(base::Time now, std::span<const Contact> contacts);
  // Believes in a contact as if it had answered, and in having joined.
  void Vouch(base::Time now, const Contact& contact);

 private:
  struct Impl;
  explicit Node(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

static_assert(base::StateMachine<Node>);

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_NODE_H_
