// SPDX-License-Identifier: Apache-2.0
//
// One thing a node was asked to do in the network, from its first question to its
// report: find the nodes closest to a target, get what is stored there, or put
// something there. It is a lookup in each address family, then what the task needs:
//
//   look up      ask the closest nodes, each for what is wanted; a get that finds nothing
//                asks as many again, a little farther out, and the silent once more
//   merge        only of disjoint paths: they go on as one, so that the closest of all are
//                asked; a get that found something does without
//   spread       only where the target is crowded, see below
//   commit       write to the closest that answered, once more where one was silent or
//                refused a token that had expired
//
// A target is crowded when its closest nodes lie several times closer than the size of
// the network explains: somebody may have placed ids there to be the only ones asked.
// A density-aware task then goes on as far as the k-th closest node would lie if the
// crowd were not there. Closest first would meet the crowd alone, so it looks up random
// points of that region, asks the nodes around them, and writes there as well; whoever
// gets later meets some of them around points of his own.
//
// Nothing is sent from here; `node.cc` drives it. Index values name requests.
#ifndef LIBSHADW_DHT_OPERATION_H_
#define LIBSHADW_DHT_OPERATION_H_

#include <array>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "libshadw/dht/lookup.h"
#include "libshadw/dht/network_size.h"
#include "libshadw/dht/protocol.h"
#include "libshadw/dht/reports.h"
#include "libshadw/dht/routing_table.h"

namespace shadw::dht {

inline constexpr size_t kMaxPeersOfLookup = 10'000;
inline constexpr size_t kMaxSamplesOfLookup = 10'000;
inline constexpr size_t kMaxVersionsOfGet = 64;

struct Task {
  Method ask = Method::kFindNode;
  std::optional<Method> commit;
  NodeId target{};
  // Of a put what is put; of a get of a mutable record its key and salt.
  Record record;
  std::optional<int64_t> cas;
  std::optional<int64_t> least_seq;  // of a get: older ones are not wanted
  std::shared_ptr<const Announcement> announcement;
  LookupOptions lookup;
  size_t replicas = 8;  // how many are written to
  size_t quorum = 1;    // how many stores make a put a success
  size_t enough = 0;    // a get ends when so many agree; 0: it asks all
  bool density_aware = false;
  bool quiet = false;  // upkeep of the node's own: nobody waits for its report
};

class Operation {
 public:
  struct Outgoing {
    Contact to;
    Method method;
    NodeId target;
    uint32_t index;
    base::ByteSpan token;  // of a commit; borrowed until the next call
  };

  Operation(uint64_t id, Task task, const Protocol* protocol, base::RandomSource* random,
            const NodeId& own_id);

  uint64_t id() const { return id_; }
  const Task& task() const { return task_; }
  // A lookup through one address family. It begins with the closest contacts of `table`,
  // which must outlive the operation.
  void AddLookup(bool v6, const RoutingTable* table);

  // A contact to begin with, into the lookup of its address family.
  void AddSeed(const Contact& contact);

  std::optional<Outgoing> Next(const NetworkSize& size);
  void Answered(uint32_t index, const Message& response);
  void Refused(uint32_t index, const Message& error);
  void Slow(uint32_t index);
  void Lost(uint32_t index);
  // What Next gave could not be sent. Nobody is blamed for it.
  void NotSent(uint32_t index);
  bool done() const { return phase_ == Phase::kDone; }

  // Once it is done. `Take…` leave the operation empty.
  LookupReport report() const;
  GetReport TakeGetReport();
  PutReport TakePutReport();
  PeersReport TakePeersReport();
  TargetsSampled TakeSampleReport();
  // The distance of the k-th closest, for NetworkSize; nothing where fewer answered.
  std::optional<NodeId> DistanceOfKth(size_t k) const;

 private:
  enum class Phase : uint8_t { kLookup, kSpread, kExtra, kCommit, kDone };
  // Somebody who is asked or written to directly, not on the way of a lookup.
  struct Direct {
    Contact contact;
    base::Bytes token;
    uint8_t tries = 0;
    bool pending = false;
    bool settled = false;
    PutOutcome outcome;
  };

  void Seed(const RoutingTable& table, Lookup& lookup) const;
  std::optional<Outgoing> NextOfLookups(Method method);
  std::optional<Outgoing> NextDirect(Method method);
  void Advance(const NetworkSize& size);
  bool StartSpread(const NetworkSize& size);
  bool Merge();
  bool Widen();
  void StartExtra();
  void StartCommit();
  void TakeContacts(size_t lookup, uint32_t index, const Message& response);
  void TakeValue(const Message& response);
  void TakePeers(const Message& response);
  Direct* FindDirect(uint32_t index);
  void Settle(Direct& direct, PutResult result, int code);
  size_t stored() const;

  uint64_t id_;
  Task task_;
  const Protocol* protocol_;
  base::RandomSource* random_;
  NodeId own_id_;
  Phase phase_ = Phase::kLookup;
  bool spread_done_ = false;
  bool widened_ = false;
  bool merged_ = false;
  std::deque<Lookup> lookups_;
  const RoutingTable* first_table_ = nullptr;
  std::array<std::optional<size_t>, 2> lookup_of_family_;  // IPv4, IPv6
  size_t first_lookup_of_phase_ = 0;
  std::vector<Direct> directs_;
  std::vector<Lookup::Hit> extra_hits_;
  std::vector<GetReport::Version> versions_;
  std::vector<base::Bytes> peers_;
  std::vector<NodeId> samples_;
  size_t messages_ = 0;
  size_t main_messages_ = 0;  // before it spread
  size_t answers_ = 0;
  size_t silent_ = 0;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_OPERATION_H_
