// SPDX-License-Identifier: Apache-2.0
//
// What a node does without being asked: join, keep its table true, put again what it is
// to keep, find out whether it can be reached, and notice that silence is its own.
#include <algorithm>

#include "libshadw/dht/node_impl.h"

namespace shadw::dht {
namespace {

constexpr base::Duration kLongestJoinPause = std::chrono::seconds(60);
constexpr base::Duration kGraveEvery = std::chrono::minutes(1);
constexpr base::Duration kCleanEvery = std::chrono::minutes(5);
// Longer than a contact is believed without a word, so that we are asked.
constexpr base::Duration kIntroduceEvery = std::chrono::minutes(30);
constexpr size_t kWitnesses = 8;
constexpr size_t kProbes = 3;
// Standing tasks wait for each other where so many operations are under way.
constexpr size_t kMaxStandingAtOnce = 64;
constexpr size_t kMaxRememberedAtOnce = 64;

}  // namespace

void Node::HandleTimeout(base::Time now) {
  impl_->requests.Expire(
      now,
      [&](const Request& request) {
        if (Operation* operation = impl_->Find(request.operation)) {
          operation->Slow(request.index);
          impl_->Pump(now, *operation);
        }
      },
      [&](const Request& request) { impl_->OnLost(now, request); });
  impl_->PumpHeld(now);
  impl_->Upkeep(now);
}

std::optional<base::Time> Node::NextTimeout() const {
  const Impl& it = *impl_;
  base::Time next =
      std::min({it.next_visit, it.next_grave, it.next_cleaning, it.next_standing, it.next_probe});
  if (!it.Joining() && !it.joined) next = std::min(next, it.next_join);
  if (it.unproven) next = std::min(next, it.next_introduction);
  for (const auto& [time, reply] : it.delayed) next = std::min(next, time);
  if (const auto request = it.requests.NextTime()) next = std::min(next, *request);
  return next;
}

void Node::Impl::Upkeep(base::Time now) {
  std::erase_if(delayed, [&](auto& entry) {
    if (now < entry.first) return false;
    Transmit(now, entry.second.to, std::move(entry.second.bytes));
    return true;
  });
  if (now >= next_visit) VisitNextBucket(now);
  if (now >= next_grave) VisitGrave(now);
  if (now >= next_standing) RunStanding(now);
  if (now >= next_probe) Probe(now);
  if (now >= next_cleaning) {
    next_cleaning = now + kCleanEvery;
    responder.ForgetExpired(now);
  }
  if (unproven && now >= next_introduction) Introduce(now);
  // Last, as a visit may have found that nobody is left.
  if (!Joining() && !joined && now >= next_join) Join(now);
}

// --- joining --------------------------------------------------------------------------
// Looks up our own surroundings, from the table where there is one; otherwise whoever
// answers first of the bootstrap list and of an earlier run is where it begins.
void Node::Impl::Join(base::Time now) {
  last_rejoin = now;
  if (contacts() > 0) {
    if (Joining()) return;
    Task task = TaskFor(Method::kFindNode, id, {});
    task.quiet = true;
    join_operation = ++last_operation;
    BeginAs(now, join_operation, std::move(task));
  }
  if (contacts() <= options.bucket_size) {
    Knock(now);
  } else {
    PutOffJoining(now);
  }
}

// Asks those who may bring us into the network.
void Node::Impl::Knock(base::Time now) {
  for (size_t i = 0; i < kMaxRememberedAtOnce && !remembered.empty(); ++i) {
    SendPing(now, remembered.back(), kBootstrapIndex);
    remembered.pop_back();
  }
  for (const base::Endpoint& endpoint : options.bootstrap) {
    if (TableOf(endpoint) == nullptr) continue;
    Message query;
    query.target = id;
    SendQuery(now, {.to = endpoint, .method = Method::kFindNode, .index = kBootstrapIndex},
              kUnknownRttMs, query);
  }
  PutOffJoining(now);
}

void Node::Impl::PutOffJoining(base::Time now) {
  next_join = now + join_pause;
  join_pause = std::min<base::Duration>(2 * join_pause, kLongestJoinPause);
}

void Node::Impl::JoinThrough(base::Time now, const Message& response, const base::Endpoint& from) {
  if (!Joining()) {
    Task task = TaskFor(Method::kFindNode, id, {});
    task.quiet = true;
    join_operation = ++last_operation;
    AddOperation(now, join_operation, std::move(task));
  }
  Operation& join = *Find(join_operation);
  if (response.sender) join.AddSeed({*response.sender, from});
  for (const Contact& contact : response.contacts) join.AddSeed(contact);
  Pump(now, join);
}

void Node::Impl::OnJoined(base::Time now, const NodeId& target, size_t answers) {
  if (contacts() == 0) return;                         // next_join tries again
  if (target != id) return Join(now);                  // our id has changed meanwhile
  if (answers == 0) {                                  // nobody we know is there any more
    if (contacts() > options.bucket_size) Knock(now);  // Join has, where they are few
    return;
  }
  join_pause = std::chrono::seconds(1);
  if (!joined) {
    joined = true;
    events.Push(Joined{contacts()});
  }
  // Everything farther than the closest neighbour, the nearest part first.
  to_refresh.clear();
  for (const std::optional<RoutingTable>& table : tables) {
    if (!table) continue;
    for (size_t bucket = 0; bucket + 1 < table->buckets().size(); ++bucket) {
      to_refresh.push_back(table->IdInBucket(bucket, RandomId(*protocol, random)));
    }
  }
  RefreshNext(now);
}

void Node::Impl::RefreshNext(base::Time now) {
  if (refreshing != 0 || to_refresh.empty()) return;
  Task task = TaskFor(Method::kFindNode, to_refresh.back(), {});
  to_refresh.pop_back();
  task.quiet = true;
  refreshing = ++last_operation;
  BeginAs(now, refreshing, std::move(task));
}

void Node::Remember(base::Time now, std::span<const Contact> contacts) {
  for (const Contact& contact : contacts) {
    if (impl_->remembered.size() >= kMaxBootstrap) break;
    if (contact.endpoint.IsUsable()) impl_->remembered.push_back(contact);
  }
  if (!impl_->joined) impl_->next_join = now;
}

void Node::Vouch(base::Time now, const Contact& contact) {
  RoutingTable* table = impl_->TableOf(contact.endpoint);
  if (table == nullptr || !contact.endpoint.IsUsable()) return;
  table->Answered(now, contact, std::nullopt);
  impl_->joined = true;
}

// --- keeping the table true -----------------------------------------------------------
// One bucket at a time, so that in refresh_after each has had its turn.
void Node::Impl::VisitNextBucket(base::Time now) {
  size_t buckets = 0;
  for (const auto& table : tables) buckets += table ? table->buckets().size() : 0;
  next_visit = now + options.refresh_after / static_cast<int64_t>(buckets);
  if (visited >= buckets) visited = 0;
  size_t bucket = visited++;
  RoutingTable* table = tables[0] ? &*tables[0] : &*tables[1];
  if (bucket >= table->buckets().size()) {
    bucket -= table->buckets().size();
    table = &*tables[1];
  }
  std::vector<Contact> suspects;
  table->Suspects(now, bucket, [&](const Contact& contact) { suspects.push_back(contact); });
  for (const Contact& suspect : suspects) SendPing(now, suspect, kCheckIndex);
  if (contacts() == 0) {
    joined = false;
    next_join = std::min(next_join, now);
    return;
  }
  // Its contacts have just been asked. A lookup is for finding more of them or, in the
  // deepest bucket, for meeting new neighbours.
  const bool deepest = bucket + 1 == table->buckets().size();
  const bool full = table->buckets()[bucket].contacts.size() >= options.bucket_size;
  const base::Duration idle = full && !deepest ? 4 * options.refresh_after : options.refresh_after;
  if (!table->IsStale(now, bucket, idle)) return;
  if (to_refresh.size() >= buckets) return;  // lookups take longer than the visits do
  to_refresh.push_back(deepest ? id : table->IdInBucket(bucket, RandomId(*protocol, random)));
  RefreshNext(now);
}

void Node::Impl::OnLost(base::Time now, const Request& request) {
  ++counters.lost;
  // Whoever was heard since it was sent shows that we can hear.
  losses_in_silence = last_heard >= request.sent ? 0 : losses_in_silence + 1;
  const bool ours = losses_in_silence > kLossesUntilOffline;
  if (ours && next_probe == base::Time::max()) next_probe = now + kProbeEvery;
  RoutingTable* table = TableOf(request.to);
  if (request.id && table != nullptr && !ours) {
    const bool known = table->Find(*request.id) != nullptr;
    table->Silent({*request.id, request.to});
    if (known && table->Find(*request.id) == nullptr) {
      Bury({*request.id, request.to});
    } else if (known && request.operation == 0 && request.index == kCheckIndex) {
      SendPing(now, {*request.id, request.to}, kRecheckIndex);
    }
  }
  if (request.operation == 0) {
    return;
  }
  if (Operation* operation = Find(request.operation)) {
    operation->Lost(request.index);
    Pump(now, *operation);
  } else {
    ReportPong({.operation = request.operation, .endpoint = request.to});
  }
}

// A contact that was given up may only have been cut off for a while: it is asked once
// more from time to time, so that two halves of a network find each other again.
void Node::Impl::Bury(const Contact& contact) {
  if (std::ranges::find(graves, contact) != graves.end()) return;
  if (graves.size() < kMaxGraves) {
    graves.push_back(contact);
  } else {
    graves[next_grave_index++ % kMaxGraves] = contact;
  }
}

// Whoever answers from there tells that others may be back as well.
void Node::Impl::Rise(base::Time now, const Contact& contact) {
  std::erase(graves, contact);
  if (now - last_rejoin > std::chrono::minutes(1)) Join(now);
}

void Node::Impl::VisitGrave(base::Time now) {
  next_grave = now + kGraveEvery;
  if (graves.empty()) return;
  const Contact contact = graves[next_grave_index++ % graves.size()];
  SendPing(now, contact, kGraveIndex);
}

// --- silence --------------------------------------------------------------------------
// Nothing is heard at all, so nobody is blamed; a few are asked until somebody answers. All
// of them may be gone for good, so those who brought us in are asked too.
void Node::Impl::Probe(base::Time now) {
  next_probe = now + kProbeEvery;
  for (const std::optional<RoutingTable>& table : tables) {
    if (!table || table->size() == 0) continue;
    const NodeId somewhere = RandomId(*protocol, random);
    std::vector<Contact> some;
    table->Closest(somewhere, kProbes,
                   [&](const RoutingTable::Entry& entry) { some.push_back(entry.contact); });
    for (const Contact& contact : some) SendPing(now, contact, kCheckIndex);
  }
  if (now >= next_join) Knock(now);
}

void Node::Impl::OnHeard(base::Time now) {
  last_heard = now;
  if (losses_in_silence == 0) return;
  const bool was_offline = losses_in_silence > kLossesUntilOffline;
  losses_in_silence = 0;
  next_probe = base::Time::max();
  if (was_offline) Join(now);
}

void Node::HandleNetworkChange(base::Time now) {
  impl_->joined = false;
  impl_->join_pause = std::chrono::seconds(1);
  impl_->next_join = now;
  impl_->next_visit = now;
  impl_->losses_in_silence = 0;
}

// --- what is done again and again -----------------------------------------------------
void Node::Impl::RunStanding(base::Time now) {
  next_standing = base::Time::max();
  std::vector<std::pair<OperationId, Task>> due;
  for (Standing& it : standing) {
    if (now >= it.next && Find(it.id) == nullptr &&
        operations.size() + due.size() < kMaxStandingAtOnce) {
      const bool keeps = it.purpose == Standing::Purpose::kKeep;
      it.next = now + (keeps ? options.republish_after : options.listen_every);
      due.emplace_back(it.id, it.task);
    }
    next_standing = std::min(next_standing, std::max(it.next, now + std::chrono::seconds(1)));
  }
  for (auto& [operation, task] : due) BeginAs(now, operation, std::move(task));
}

// --- who we are -----------------------------------------------------------------------
void Node::Impl::OnVote(base::Time now, const base::Endpoint& voter, const base::Endpoint& seen) {
  AddressVotes& vote = votes[seen.v6 ? 1 : 0];
  if (!vote.Vote(voter, seen)) return;
  NodeId fitting = id;
  if (!options.id && !protocol->IdFits(id, *vote.believed())) {
    fitting = protocol->IdFor(*vote.believed(), *random);
  }
  if (fitting != id) ChangeId(now, fitting);
  if (serving && options.serving == Serving::kWhenReachable) {
    // What was proven held for another address.
    serving = false;
    unproven = true;
    serve_from = next_introduction = now + options.serve_after;
    events.Push(ServingChanged{false});
  }
  events.Push(AddressLearned{*vote.believed(), id});
}

void Node::Impl::ChangeId(base::Time now, const NodeId& new_id) {
  id = new_id;
  responder.SetOwnId(new_id);
  for (std::optional<RoutingTable>& table : tables) {
    if (table) table->SetOwnId(now, new_id);
  }
  joined = joined && contacts() > 0;
  next_join = std::min(next_join, now);
  if (contacts() > 0) Join(now);  // our neighbours are others now
}

// Nobody asks whom he does not know. A few neighbours, who have room for us, may remember
// us; whoever hears of us from them, or they themselves when we were quiet, will ask.
void Node::Impl::Introduce(base::Time now) {
  next_introduction = now + kIntroduceEvery;
  witnesses.clear();
  std::vector<Contact> neighbours;
  for (const std::optional<RoutingTable>& table : tables) {
    if (!table) continue;
    table->Closest(id, kWitnesses,
                   [&](const RoutingTable::Entry& entry) { neighbours.push_back(entry.contact); });
  }
  for (const Contact& neighbour : neighbours) witnesses.push_back(neighbour.endpoint);
  for (const Contact& neighbour : neighbours) SendPing(now, neighbour, kCheckIndex);
}

void Node::Impl::OnQueryUnproven(base::Time now, const base::Endpoint& from) {
  if (now < serve_from || !reach.IsUnasked(now, from)) return;
  serving = true;
  unproven = false;
  witnesses.clear();
  events.Push(ServingChanged{true});
}

}  // namespace shadw::dht
