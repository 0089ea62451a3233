// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/operation.h"

#include <algorithm>
#include <bit>

namespace shadw::dht {
namespace {

// The highest bits of an index tell what was asked for; the rest says whom.
constexpr uint32_t kExtraBit = uint32_t{1} << 31;
constexpr uint32_t kCommitBit = uint32_t{1} << 30;
constexpr uint32_t kDirectBits = kExtraBit | kCommitBit;
constexpr int kLookupShift = 24;
constexpr uint32_t kIndexMask = (uint32_t{1} << kLookupShift) - 1;
constexpr uint8_t kCommitTries = 2;
// So many times closer than expected is crowded. With k = 8 a network without liars
// looks so once in a thousand targets.
constexpr uint64_t kCrowding = 4;
// A density-aware task costs at most so many times what its first lookup did.
constexpr size_t kMaxSpreadCost = 4;

Record RecordOf(const Message& response, const Task& task) {
  Record record{.value = base::ToBytes(response.value)};
  if (task.ask == Method::kGetMutable) {
    record.key = task.record.key;
    record.salt = task.record.salt;
    record.seq = response.seq.value_or(-1);
    if (response.signature.size() == record.signature.size()) {
      std::ranges::copy(response.signature, record.signature.begin());
    }
  }
  return record;
}

// Somewhere among the ids that share exactly `bits` bits with `target`; at most 63 count.
NodeId SomewhereBeside(const NodeId& target, int bits, base::RandomSource* random,
                       size_t id_bytes) {
  const base::ByteArray<kMaxIdBytes> bytes = random->Array<kMaxIdBytes>();
  NodeId id = NodeId::FromBytes(base::ByteSpan(bytes).first(id_bytes));
  const uint64_t differs = uint64_t{1} << (63 - bits);
  const uint64_t random_bits = differs - 1;
  id.words[0] = ((target.words[0] ^ differs) & ~random_bits) | (id.words[0] & random_bits);
  return id;
}

}  // namespace

Operation::Operation(uint64_t id, Task task, const Protocol* protocol, base::RandomSource* random,
                     const NodeId& own_id)
    : id_(id), task_(std::move(task)), protocol_(protocol), random_(random), own_id_(own_id) {}

void Operation::AddSeed(const Contact& contact) {
  if (const auto lookup = lookup_of_family_[contact.endpoint.v6 ? 1 : 0]) {
    lookups_[*lookup].AddSeed(contact, kUnknownRttMs);
  }
}

void Operation::AddLookup(bool v6, const RoutingTable* table) {
  lookup_of_family_[v6 ? 1 : 0] = lookups_.size();
  if (first_table_ == nullptr) first_table_ = table;
  Seed(*table, lookups_.emplace_back(task_.target, own_id_, task_.lookup));
}

void Operation::Seed(const RoutingTable& table, Lookup& lookup) const {
  table.Closest(
      lookup.target(), task_.lookup.results * task_.lookup.disjoint_paths,
      [&](const RoutingTable::Entry& entry) { lookup.AddSeed(entry.contact, entry.rtt_ms); });
}

std::optional<Operation::Outgoing> Operation::NextOfLookups(Method method) {
  for (size_t i = first_lookup_of_phase_; i < lookups_.size(); ++i) {
    if (lookups_[i].done()) continue;
    if (const std::optional<Lookup::Ask> ask = lookups_[i].Next()) {
      ++messages_;
      return Outgoing{ask->contact,
                      method,
                      lookups_[i].target(),
                      static_cast<uint32_t>(i << kLookupShift) | (ask->index & kIndexMask),
                      {}};
    }
  }
  return std::nullopt;
}

std::optional<Operation::Outgoing> Operation::NextDirect(Method method) {
  for (size_t i = 0; i < directs_.size(); ++i) {
    Direct& direct = directs_[i];
    if (direct.settled || direct.pending) continue;
    direct.pending = true;
    ++direct.tries;
    ++messages_;
    const uint32_t bit = phase_ == Phase::kExtra ? kExtraBit : kCommitBit;
    return Outgoing{direct.contact, method, task_.target, bit | static_cast<uint32_t>(i),
                    direct.token};
  }
  return std::nullopt;
}

std::optional<Operation::Outgoing> Operation::Next(const NetworkSize& size) {
  for (;;) {
    std::optional<Outgoing> next;
    bool over = false;
    switch (phase_) {
      case Phase::kDone:
        return std::nullopt;
      case Phase::kLookup:
      case Phase::kSpread:
        next = NextOfLookups(phase_ == Phase::kLookup ? task_.ask : Method::kFindNode);
        over = std::all_of(lookups_.begin() + static_cast<ptrdiff_t>(first_lookup_of_phase_),
                           lookups_.end(), [](const Lookup& lookup) { return lookup.done(); });
        break;
      case Phase::kExtra:
      case Phase::kCommit:
        next = NextDirect(phase_ == Phase::kExtra ? task_.ask : *task_.commit);
        over = std::ranges::all_of(directs_, &Direct::settled);
        break;
    }
    if (next) return next;
    if (!over) return std::nullopt;
    Advance(size);
  }
}

void Operation::Advance(const NetworkSize& size) {
  switch (phase_) {
    case Phase::kLookup:
      if (Merge() || StartSpread(size) || Widen()) return;
      break;
    case Phase::kSpread:
      StartExtra();
      return;
    case Phase::kExtra:
      for (Direct& direct : directs_) {
        if (!direct.token.empty()) extra_hits_.push_back({direct.contact, 0, 0, direct.token});
      }
      break;
    case Phase::kCommit:
    case Phase::kDone:
      phase_ = Phase::kDone;
      return;
  }
  if (task_.commit) {
    StartCommit();
  } else {
    phase_ = Phase::kDone;
  }
}

std::optional<NodeId> Operation::DistanceOfKth(size_t k) const {
  if (lookups_.empty() || k == 0) return std::nullopt;
  const std::vector<Lookup::Hit> hits = lookups_.front().Closest(k);
  if (hits.size() < k) return std::nullopt;
  return Distance(task_.target, hits.back().contact.id);
}

bool Operation::StartSpread(const NetworkSize& size) {
  if (!task_.density_aware || size.Estimate() == 0) return false;
  const size_t k = task_.lookup.results;
  const uint64_t expected = size.ExpectedDistance(static_cast<double>(k));
  const std::optional<NodeId> kth = DistanceOfKth(k);
  if (!kth || kth->words[0] >= expected / kCrowding) return false;
  spread_done_ = true;
  main_messages_ = messages_;
  // Of the ids that share exactly so many bits with the target, half of k to k are nodes;
  // with one bit less, k to 2k. Of so few, k who keep something and k who are asked meet,
  // and the crowd is not among them: it shares more.
  const int bits = std::clamp(std::countl_zero(expected), 1, 62);
  const std::vector<Lookup::Hit> known = lookups_.front().Closest(kMaxCandidates);
  first_lookup_of_phase_ = lookups_.size();
  for (const int shared : {bits, bits - 1}) {
    const NodeId target =
        SomewhereBeside(task_.target, shared, random_, protocol_->traits().id_bytes);
    Lookup& lookup = lookups_.emplace_back(target, own_id_, task_.lookup);
    // The crowd would only name itself.
    lookup.Avoid(task_.target, {{expected / kCrowding, 0, 0, 0}});
    for (const Lookup::Hit& hit : known) lookup.AddSeed(hit.contact, 0);
    Seed(*first_table_, lookup);
  }
  phase_ = Phase::kSpread;
  return true;
}

// A get that found something has met enough of the closest on its paths.
bool Operation::Merge() {
  const bool found = !versions_.empty() && !task_.commit;
  if (task_.lookup.disjoint_paths <= 1 || merged_ || found) return false;
  merged_ = true;
  for (Lookup& lookup : lookups_) lookup.Merge();
  return true;
}

// Those who keep a record are the closest of when it was put; of late, others may have
// come closer. Whoever gets nothing from the closest asks as many again.
bool Operation::Widen() {
  const bool gets = task_.ask == Method::kGetImmutable || task_.ask == Method::kGetMutable;
  if (!gets || task_.commit || widened_ || !versions_.empty()) return false;
  widened_ = true;
  for (Lookup& lookup : lookups_) {
    lookup.Widen(2 * task_.lookup.results);
    // Many questions at once may be more than an address is answered.
    lookup.AskSilentAgain();
  }
  return true;
}

void Operation::StartExtra() {
  directs_.clear();
  for (size_t i = first_lookup_of_phase_; i < lookups_.size(); ++i) {
    for (const Lookup::Hit& hit : lookups_[i].Closest(task_.replicas)) {
      const bool known = std::ranges::any_of(
          directs_, [&](const Direct& direct) { return direct.contact.id == hit.contact.id; });
      if (!known) directs_.push_back({.contact = hit.contact});
    }
  }
  // Two messages for each where there is something to write.
  const size_t most = (kMaxSpreadCost - 1) * main_messages_;
  const size_t spent = messages_ - main_messages_;
  const size_t affordable = (most > spent ? most - spent : 0) / (task_.commit ? 2 : 1);
  if (directs_.size() > affordable) directs_.resize(affordable);
  phase_ = Phase::kExtra;
}

void Operation::StartCommit() {
  std::vector<Lookup::Hit> to = std::move(extra_hits_);
  const size_t lookups = spread_done_ ? first_lookup_of_phase_ : lookups_.size();
  for (size_t i = 0; i < lookups; ++i) {
    for (Lookup::Hit& hit : lookups_[i].Results(task_.replicas)) to.push_back(std::move(hit));
  }
  std::ranges::stable_sort(
      to, [&](const Contact& a, const Contact& b) { return Closer(task_.target, a.id, b.id); },
      &Lookup::Hit::contact);
  // The spread may have come upon some of the closest again.
  to.erase(std::unique(
               to.begin(), to.end(),
               [](const Lookup::Hit& a, const Lookup::Hit& b) { return a.contact == b.contact; }),
           to.end());
  directs_.clear();
  for (size_t rank = 0; rank < to.size(); ++rank) {
    // Whoever gave no token would refuse.
    const bool has_token = !to[rank].token.empty();
    directs_.push_back({.contact = to[rank].contact,
                        .token = std::move(to[rank].token),
                        .settled = !has_token,
                        .outcome = {.contact = to[rank].contact, .rank = rank}});
  }
  phase_ = Phase::kCommit;
}

// The one that `index` names, while its phase lasts and nothing is settled.
Operation::Direct* Operation::FindDirect(uint32_t index) {
  const uint32_t bit = phase_ == Phase::kExtra ? kExtraBit : kCommitBit;
  const size_t i = index & ~kDirectBits;
  if ((index & kDirectBits) != bit || i >= directs_.size() || directs_[i].settled) return nullptr;
  return &directs_[i];
}

void Operation::Settle(Direct& direct, PutResult result, int code) {
  direct.settled = true;
  direct.pending = false;
  direct.outcome.result = result;
  direct.outcome.code = code;
  if (result != PutResult::kRefused) direct.outcome.text.clear();
}

void Operation::Answered(uint32_t index, const Message& response) {
  if (phase_ == Phase::kDone) return;
  ++answers_;
  if ((index & kDirectBits) != 0) {
    Direct* direct = FindDirect(index);
    if (direct == nullptr) return;
    Settle(*direct, PutResult::kStored, 0);
    if (phase_ == Phase::kExtra) {
      direct->token = base::ToBytes(response.token);
      TakeValue(response);
      TakePeers(response);
    }
    return;
  }
  const size_t lookup = index >> kLookupShift;
  if (lookup >= lookups_.size()) return;
  TakeContacts(lookup, index & kIndexMask, response);
  TakeValue(response);
  TakePeers(response);
}

// A node of both families tells of both; each lookup keeps to its own.
void Operation::TakeContacts(size_t lookup, uint32_t index, const Message& response) {
  const bool both = lookup_of_family_[0] && lookup_of_family_[1];
  if (!both || lookup > 1) {
    lookups_[lookup].Answered(index, response.contacts.span(), response.token);
    return;
  }
  const bool v6 = lookup == *lookup_of_family_[1];
  ContactList own;
  for (const Contact& contact : response.contacts) {
    if (contact.endpoint.v6 == v6) own.Add(contact);
  }
  lookups_[lookup].Answered(index, own.span(), response.token);
  if (phase_ != Phase::kLookup) return;
  for (const Contact& contact : response.contacts) {
    if (contact.endpoint.v6 != v6) AddSeed(contact);
  }
}

void Operation::Refused(uint32_t index, const Message& error) {
  if ((index & kDirectBits) == 0) {
    // It can be reached, but does not help: a node of another kind, or one overloaded.
    const size_t lookup = index >> kLookupShift;
    if (lookup >= lookups_.size()) return;
    if (!error.contacts.empty()) {
      lookups_[lookup].Answered(index & kIndexMask, error.contacts.span(), error.token);
    } else {
      lookups_[lookup].Failed(index & kIndexMask);
    }
    return;
  }
  Direct* direct = FindDirect(index);
  if (direct == nullptr) return;
  direct->outcome.text = std::string(error.error_text.substr(0, kMaxErrorTextBytes));
  Settle(*direct, PutResult::kRefused, error.error_code);
  if (phase_ != Phase::kCommit || direct->tries >= kCommitTries) return;
  // Tokens of hyperdht live for seconds; who refuses an old one sends a fresh one along.
  const bool is_stale = error.error_code == protocol_->CodeOf(Refusal::kBadToken) &&
                        !error.token.empty() && !std::ranges::equal(error.token, direct->token);
  if (!is_stale) return;
  direct->token = base::ToBytes(error.token);
  direct->settled = false;
}

void Operation::Slow(uint32_t index) {
  if ((index & kDirectBits) != 0) return;
  const size_t lookup = index >> kLookupShift;
  if (lookup < lookups_.size()) lookups_[lookup].Slow(index & kIndexMask);
}

void Operation::Lost(uint32_t index) {
  ++silent_;
  if ((index & kDirectBits) == 0) {
    const size_t lookup = index >> kLookupShift;
    if (lookup < lookups_.size()) lookups_[lookup].Silent(index & kIndexMask);
    return;
  }
  Direct* direct = FindDirect(index);
  if (direct == nullptr) return;
  if (direct->tries < kCommitTries) {
    direct->pending = false;
  } else {
    Settle(*direct, PutResult::kSilent, 0);
  }
}

void Operation::NotSent(uint32_t index) {
  --messages_;
  if ((index & kDirectBits) == 0) {
    const size_t lookup = index >> kLookupShift;
    if (lookup < lookups_.size()) lookups_[lookup].Failed(index & kIndexMask);
  } else if (Direct* direct = FindDirect(index)) {
    // Whoever was asked before refused, or is known to be silent.
    if (direct->outcome.result == PutResult::kRefused) {
      Settle(*direct, PutResult::kRefused, direct->outcome.code);
    } else {
      Settle(*direct, direct->tries > 1 ? PutResult::kSilent : PutResult::kNotSent, 0);
    }
  }
}

void Operation::TakeValue(const Message& response) {
  const bool is_mutable = task_.ask == Method::kGetMutable;
  if (!is_mutable && task_.ask != Method::kGetImmutable) return;
  // An owner may have signed an empty value.
  if (is_mutable ? response.signature.empty() : response.value.empty()) return;
  const Record record = RecordOf(response, task_);
  if (task_.least_seq && record.seq < *task_.least_seq) return;
  const auto known = std::ranges::find(versions_, record, &GetReport::Version::record);
  if (known != versions_.end()) {
    ++known->agreed;
  } else if (versions_.size() < kMaxVersionsOfGet &&
             VerifyRecord(*protocol_, task_.target, record)) {
    versions_.push_back({record, 1});
  } else {
    return;
  }
  const bool enough =
      task_.enough > 0 && std::ranges::any_of(versions_, [&](const GetReport::Version& version) {
        return version.agreed >= task_.enough;
      });
  if (enough && !task_.commit) phase_ = Phase::kDone;
}

void Operation::TakePeers(const Message& response) {
  if (task_.ask == Method::kSampleTargets) {
    for (const NodeId& sample : response.samples) {
      if (samples_.size() < kMaxSamplesOfLookup) samples_.push_back(sample);
    }
  }
  if (task_.ask != Method::kGetPeers && task_.ask != Method::kFindPeer) return;
  for (const base::ByteSpan peer : response.peers) {
    if (peers_.size() >= kMaxPeersOfLookup) return;
    peers_.push_back(base::ToBytes(peer));
  }
}

LookupReport Operation::report() const {
  LookupReport report{.target = task_.target,
                      .messages = messages_,
                      .answers = answers_,
                      .silent = silent_,
                      .crowded = spread_done_};
  const size_t lookups = spread_done_ ? first_lookup_of_phase_ : lookups_.size();
  for (size_t i = 0; i < lookups; ++i) {
    report.hops = std::max(report.hops, lookups_[i].hops());
    for (const Lookup::Hit& hit : lookups_[i].Results(task_.lookup.results)) {
      report.closest.push_back(hit.contact);
    }
  }
  std::ranges::sort(report.closest, [&](const Contact& a, const Contact& b) {
    return Closer(task_.target, a.id, b.id);
  });
  return report;
}

GetReport Operation::TakeGetReport() {
  std::ranges::stable_sort(versions_, std::greater<>(),
                           [](const GetReport::Version& version) { return version.record.seq; });
  return {.operation = id_, .lookup = report(), .versions = std::move(versions_)};
}

size_t Operation::stored() const {
  return static_cast<size_t>(std::ranges::count_if(
      directs_, [](const Direct& direct) { return direct.outcome.result == PutResult::kStored; }));
}

PutReport Operation::TakePutReport() {
  PutReport put{.operation = id_, .lookup = report()};
  put.stored = stored();
  put.quorum_met = put.stored >= task_.quorum;
  for (Direct& direct : directs_) put.outcomes.push_back(std::move(direct.outcome));
  for (const GetReport::Version& version : versions_) {
    if (version.record.seq > std::max(task_.record.seq, put.newer_seq.value_or(INT64_MIN))) {
      put.newer_seq = version.record.seq;
    }
  }
  return put;
}

TargetsSampled Operation::TakeSampleReport() {
  std::ranges::sort(samples_);
  samples_.erase(std::unique(samples_.begin(), samples_.end()), samples_.end());
  return {.operation = id_, .lookup = report(), .targets = std::move(samples_)};
}

PeersReport Operation::TakePeersReport() {
  PeersReport report{.operation = id_, .lookup = this->report()};
  std::ranges::sort(peers_, {}, [](const base::Bytes& peer) { return base::AsText(peer); });
  peers_.erase(std::unique(peers_.begin(), peers_.end()), peers_.end());
  for (const base::Bytes& record : peers_) {
    if (std::optional<Peer> peer = protocol_->ParsePeer(record)) {
      report.peers.push_back(*std::move(peer));
    }
  }
  return report;
}

}  // namespace shadw::dht
