// SPDX-License-Identifier: Apache-2.0
#include "libshadw/scenario/dht_network.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/scenario/liar.h"
#include "libshadw/scenario/population.h"
#include "libshadw/sim/network.h"

namespace shadw::scenario {
namespace {

using sim::MachineIndex;

// Streams of the run's randomness, one a purpose.
enum Stream : uint64_t { kWorld = 1, kNodes = 2, kPeople = 3 };

constexpr size_t kBootstrapContacts = 3;
constexpr base::Duration kFirstGetAfter = std::chrono::minutes(1);

double Seconds(base::Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

class World {
 public:
  World(const DhtOptions& options, sim::Network<Inhabitant> network)
      : options_(options),
        protocol_(options.network == Network::kMainline ? dht::krpc::Mainline()
                                                        : dht::hyper::Hyperdht()),
        network_(std::move(network)),
        node_random_({.seed = options.seed, .run = options.run, .agent = kNodes}),
        random_({.seed = options.seed, .run = options.run, .agent = kPeople}),
        conspiracy_(options.lie, &protocol_, options.seed),
        sybils_(Lie::kCollude, &protocol_, options.seed + 1),
        begin_(network_.now()) {
    network_.OnEvent([this](MachineIndex who, const dht::Event& event) { Hear(who, event); });
  }

  absl::StatusOr<DhtRun> Run();

 private:
  struct Pending {
    Deed deed;
    base::Time begun;
    dht::NodeId target;
  };
  struct Value {
    dht::Record record;
    dht::NodeId target;
    MachineIndex publisher;
  };

  absl::Status Settle();
  absl::Status AddNode(bool joins);
  void AddLiar();
  void PlaceSybils();
  void Leave(MachineIndex who);
  void ScheduleLife(MachineIndex who);
  void ScheduleLookup(MachineIndex who, bool first);
  void PublishValues();
  void ScheduleGet();
  void ScheduleDisturbances();
  void Disturb(const Disturbance& disturbance);
  void Hear(MachineIndex who, const dht::Event& event);
  void Note(MachineIndex who, const Pending& deed, const dht::LookupReport& report, bool success);
  void Expect(MachineIndex who, const absl::StatusOr<dht::OperationId>& operation, Pending deed);
  std::optional<MachineIndex> AnybodyAlive();
  dht::NodeId AnyTarget();
  dht::Node* NodeOf(MachineIndex who) {
    Inhabitant* inhabitant = network_.machine(who);
    return inhabitant == nullptr ? nullptr : inhabitant->node();
  }

  DhtOptions options_;
  const dht::Protocol& protocol_;
  sim::Network<Inhabitant> network_;
  sim::Random node_random_;
  sim::Random random_;
  Conspiracy conspiracy_;
  Conspiracy sybils_;
  base::Time begin_;
  Population alive_;                  // liars included: they are nodes to everybody else
  std::vector<dht::NodeId> ids_;      // of every machine
  std::vector<MachineIndex> honest_;  // alive, in no order
  std::vector<uint32_t> place_;       // of a machine in honest_
  std::vector<Value> values_;
  std::unordered_map<uint64_t, Pending> pending_;
  DhtColumns columns_;
  DhtSums sums_;
};

dht::NodeId World::AnyTarget() {
  base::ByteArray<dht::kMaxIdBytes> bytes;
  random_.Fill(base::MutableByteSpan(bytes).first(protocol_.traits().id_bytes));
  return dht::NodeId::FromBytes(base::ByteSpan(bytes).first(protocol_.traits().id_bytes));
}

std::optional<MachineIndex> World::AnybodyAlive() {
  if (honest_.empty()) return std::nullopt;
  return honest_[random_.Uniform(honest_.size())];
}

// --- people ---------------------------------------------------------------------------
absl::Status World::AddNode(bool joins) {
  const MachineIndex who = network_.Add(nullptr);
  dht::NodeOptions options = options_.node;
  options.serving = dht::Serving::kAlways;
  options.address = network_.endpoint(who);
  for (size_t i = 0; joins && i < kBootstrapContacts; ++i) {
    if (const auto other = AnybodyAlive()) options.bootstrap.push_back(network_.endpoint(*other));
  }
  SHADW_ASSIGN_OR_RETURN(dht::Node node, dht::Node::Create(std::move(options), &protocol_,
                                                           &node_random_, network_.now()));
  const dht::NodeId id = node.id();
  ids_.resize(who + 1);
  place_.resize(who + 1);
  ids_[who] = id;
  place_[who] = static_cast<uint32_t>(honest_.size());
  honest_.push_back(who);
  alive_.Add({id, network_.endpoint(who)});
  network_.Replace(who, std::make_unique<Inhabitant>(std::move(node)));
  ScheduleLookup(who, true);
  return absl::OkStatus();
}

void World::AddLiar() {
  const MachineIndex who = network_.Add(nullptr);
  const base::Endpoint endpoint = network_.endpoint(who);
  const dht::Contact liar{protocol_.IdFor(endpoint, node_random_), endpoint};
  conspiracy_.Join(liar);
  alive_.Add(liar);
  ids_.resize(who + 1);
  place_.resize(who + 1);
  network_.Replace(who, std::make_unique<Inhabitant>(liar.id, &conspiracy_));
}

absl::Status World::Settle() {
  const size_t liars = options_.nodes * options_.liars_ppm / sim::kMillion;
  for (size_t i = 0; i < options_.nodes - liars; ++i) {
    SHADW_RETURN_IF_ERROR(AddNode(!options_.full_tables && i > 0));
  }
  for (size_t i = 0; i < liars; ++i) AddLiar();
  if (options_.full_tables) {
    const std::vector<dht::Contact> everybody = alive_.Everybody();
    const size_t k =
        options_.node.bucket_size != 0 ? options_.node.bucket_size : protocol_.traits().bucket_size;
    for (const MachineIndex who : honest_) {
      FillTable(everybody, k, network_.now(), &random_, NodeOf(who));
    }
  }
  // Publishers stay.
  for (size_t i = 0; i < options_.values; ++i) {
    const std::string text = absl::StrCat("value ", i, " of run ", options_.run);
    dht::Record record{.value = protocol_.WrapBytes(base::AsBytes(text))};
    values_.push_back({record, protocol_.ImmutableTarget(record.value), honest_[i]});
  }
  if (options_.sessions || options_.mean_session > base::Duration{}) {
    for (size_t i = options_.values; i < honest_.size(); ++i) ScheduleLife(honest_[i]);
  }
  return absl::OkStatus();
}

void World::ScheduleLife(MachineIndex who) {
  const base::Duration stays = options_.sessions ? options_.sessions->Draw(random_)
                                                 : random_.Exponential(options_.mean_session);
  network_.At(network_.now() + stays, [this, who] {
    if (NodeOf(who) == nullptr) return;
    Leave(who);
    if (AddNode(true).ok()) {
      ++sums_.joined;
      ScheduleLife(static_cast<MachineIndex>(ids_.size() - 1));
    }
  });
}

void World::Leave(MachineIndex who) {
  alive_.Remove(ids_[who]);
  const uint32_t place = place_[who];
  honest_[place] = honest_.back();
  place_[honest_[place]] = place;
  honest_.pop_back();
  network_.Remove(who);
  ++sums_.departed;
}

// Sybils stand where the first value will be looked for, and everybody near has heard of
// them already.
void World::PlaceSybils() {
  if (options_.sybils == 0) return;
  const dht::NodeId target = values_.front().target;
  std::vector<dht::Contact> crowd;
  for (size_t i = 0; i < options_.sybils; ++i) {
    dht::NodeId id = target;
    id.words[0] ^= random_.Next() >> 40;  // shares 40 bits with the target
    id.words[1] ^= random_.Next();
    const MachineIndex who = network_.Add(nullptr);
    crowd.push_back({id, network_.endpoint(who)});
    sybils_.Join(crowd.back());
    ids_.resize(who + 1);
    place_.resize(who + 1);
    network_.Replace(who, std::make_unique<Inhabitant>(id, &sybils_));
  }
  for (const MachineIndex who : honest_) {
    for (const dht::Contact& sybil : crowd) NodeOf(who)->Vouch(network_.now(), sybil);
  }
}

// --- deeds ----------------------------------------------------------------------------
void World::Expect(MachineIndex who, const absl::StatusOr<dht::OperationId>& operation,
                   Pending deed) {
  if (operation.ok()) pending_[uint64_t{who} << 32 | (*operation & UINT32_MAX)] = deed;
  network_.Poll(who);
}

void World::ScheduleLookup(MachineIndex who, bool first) {
  if (options_.lookup_every <= base::Duration{}) return;
  const auto pause = first ? base::Duration(static_cast<int64_t>(random_.Uniform(
                                 static_cast<uint64_t>(options_.lookup_every.count()))))
                           : options_.lookup_every;
  network_.At(network_.now() + pause, [this, who] {
    dht::Node* node = NodeOf(who);
    if (node == nullptr) return;
    const dht::NodeId target = AnyTarget();
    Expect(who, node->FindNode(network_.now(), target, options_.approach),
           {Deed::kLookup, network_.now(), target});
    ScheduleLookup(who, false);
  });
}

void World::PublishValues() {
  for (const Value& value : values_) {
    dht::Node* node = NodeOf(value.publisher);
    const auto put = node->Put(network_.now(), value.record, {}, options_.approach, true);
    Expect(value.publisher, put, {Deed::kPut, network_.now(), value.target});
  }
  // Puts take a while where liars are silent.
  if (!values_.empty()) network_.At(network_.now() + kFirstGetAfter, [this] { ScheduleGet(); });
}

void World::ScheduleGet() {
  network_.At(network_.now() + options_.get_every, [this] {
    const auto who = AnybodyAlive();
    const size_t which = options_.sybils > 0 ? 0 : random_.Uniform(values_.size());
    if (who && *who != values_[which].publisher) {
      const dht::NodeId& target = values_[which].target;
      Expect(*who, NodeOf(*who)->Get(network_.now(), target, options_.approach),
             {Deed::kGet, network_.now(), target});
    }
    ScheduleGet();
  });
}

// --- disturbances ---------------------------------------------------------------------
void World::ScheduleDisturbances() {
  for (const Disturbance& disturbance : options_.disturbances) {
    network_.At(begin_ + disturbance.at, [this, disturbance] { Disturb(disturbance); });
  }
}

void World::Disturb(const Disturbance& disturbance) {
  const size_t count = std::max<size_t>(1, honest_.size() * disturbance.nodes_ppm / sim::kMillion);
  const std::vector<MachineIndex> hit(honest_.begin(),
                                      honest_.begin() + static_cast<ptrdiff_t>(count));
  for (const MachineIndex who : hit) {
    if (disturbance.trouble == Trouble::kPartition) network_.SetGroup(who, 1);
    if (disturbance.trouble == Trouble::kOutage) network_.SetInterface(who, false);
    if (disturbance.trouble == Trouble::kRestart) {
      dht::NodeOptions options = options_.node;
      options.serving = dht::Serving::kAlways;
      options.id = ids_[who];
      for (size_t i = 0; i < kBootstrapContacts; ++i) {
        options.bootstrap.push_back(network_.endpoint(*AnybodyAlive()));
      }
      absl::StatusOr<dht::Node> node =
          dht::Node::Create(std::move(options), &protocol_, &node_random_, network_.now());
      if (node.ok()) network_.Replace(who, std::make_unique<Inhabitant>(*std::move(node)));
    }
  }
  if (disturbance.trouble == Trouble::kRestart) return;
  network_.At(network_.now() + disturbance.length, [this, hit, disturbance] {
    for (const MachineIndex who : hit) {
      if (disturbance.trouble == Trouble::kPartition) network_.SetGroup(who, 0);
      if (disturbance.trouble == Trouble::kOutage) network_.SetInterface(who, true);
    }
  });
}

// --- the referee ----------------------------------------------------------------------
void World::Hear(MachineIndex who, const dht::Event& event) {
  const auto take = [&](dht::OperationId operation) -> std::optional<Pending> {
    const auto found = pending_.find(uint64_t{who} << 32 | (operation & UINT32_MAX));
    if (found == pending_.end()) return std::nullopt;
    const Pending deed = found->second;
    pending_.erase(found);
    return deed;
  };
  if (const auto* found = std::get_if<dht::FoundNodes>(&event)) {
    if (const auto deed = take(found->operation)) Note(who, *deed, found->lookup, false);
  } else if (const auto* got = std::get_if<dht::GetReport>(&event)) {
    const auto deed = take(got->operation);
    if (deed) Note(who, *deed, got->lookup, !got->versions.empty());
  } else if (const auto* put = std::get_if<dht::PutReport>(&event)) {
    const auto deed = take(put->operation);
    if (deed) Note(who, *deed, put->lookup, put->stored > 0);
  }
}

void World::Note(MachineIndex who, const Pending& deed, const dht::LookupReport& report,
                 bool success) {
  if (deed.begun < begin_ + options_.report_after) return;
  const size_t k =
      options_.node.bucket_size != 0 ? options_.node.bucket_size : protocol_.traits().bucket_size;
  size_t found = 0;
  if (deed.deed == Deed::kLookup) {
    // Nobody finds himself.
    std::vector<dht::Contact> truth = alive_.Closest(deed.target, k + 1);
    std::erase_if(truth, [&](const dht::Contact& contact) { return contact.id == ids_[who]; });
    if (truth.size() > k) truth.resize(k);
    for (const dht::Contact& contact : truth) {
      found += std::ranges::find(report.closest, contact) != report.closest.end();
    }
    success = found > 0;
  }
  columns_.begun_s.push_back(Seconds(deed.begun - begin_));
  columns_.took_s.push_back(Seconds(network_.now() - deed.begun));
  columns_.deed.push_back(static_cast<uint8_t>(deed.deed));
  columns_.node.push_back(who);
  columns_.hops.push_back(report.hops);
  columns_.messages.push_back(static_cast<uint32_t>(report.messages));
  columns_.closest_found.push_back(static_cast<uint16_t>(found));
  columns_.success.push_back(success);
}

absl::StatusOr<DhtRun> World::Run() {
  SHADW_RETURN_IF_ERROR(Settle());
  network_.At(begin_ + options_.publish_after, [this] {
    PlaceSybils();
    PublishValues();
  });
  ScheduleDisturbances();
  network_.RunUntil(begin_ + options_.duration);
  sums_.datagrams = network_.counters();
  sums_.trace_hash = network_.trace_hash();
  sums_.simulated_s = Seconds(network_.now() - begin_);
  sums_.node_seconds = sums_.simulated_s * static_cast<double>(options_.nodes);
  return DhtRun{std::move(columns_), sums_};
}

}  // namespace

absl::StatusOr<DhtRun> RunDht(const DhtOptions& options) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  sim::Options wire{.seed = options.seed, .run = options.run, .faults = options.faults};
  if (options.latency != nullptr) wire.latency = options.latency;
  wire.should_stop = options.should_stop;
  SHADW_ASSIGN_OR_RETURN(auto network, sim::Network<Inhabitant>::Create(std::move(wire)));
  return World(options, std::move(network)).Run();
}

}  // namespace shadw::scenario
