// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/lookup.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/dht/routing_table.h"

namespace shadw::dht {
namespace {

// On a local network, and there only, one address may be several nodes.
bool SameHost(base::Endpoint a, const base::Endpoint& b, bool local) {
  if (!local) a.port = b.port;
  return a == b;
}

uint32_t HostOf(const base::Endpoint& endpoint, bool local) {
  const auto low = base::LoadLittleEndian<uint64_t>(endpoint.address.data());
  const auto high = base::LoadLittleEndian<uint64_t>(endpoint.address.data() + 8);
  const uint64_t mixed = (low ^ high ^ (local ? endpoint.port : 0)) * 0x9e3779b97f4a7c15;
  return static_cast<uint32_t>(mixed >> 32);
}

size_t CeilDiv(size_t a, size_t b) { return (a + b - 1) / b; }

// Who names many gets no more say than who names few: only the closest count.
constexpr size_t kMostOfReply = 20;

}  // namespace

absl::Status LookupOptions::Validate() const {
  if (disjoint_paths == 0 || disjoint_paths > kMaxDisjointPaths) {
    return absl::InvalidArgumentError(absl::StrCat("dht: got disjoint_paths ", disjoint_paths,
                                                   ", need 1 to ", kMaxDisjointPaths));
  }
  if (parallelism > kMaxParallelism) {
    return absl::InvalidArgumentError(
        absl::StrCat("dht: got lookup_parallelism ", parallelism, ", need 1 to ", kMaxParallelism));
  }
  return absl::OkStatus();
}

Lookup::Lookup(const NodeId& target, const NodeId& own_id, const LookupOptions& options)
    : target_(target),
      own_id_(own_id),
      results_(options.results),
      parallelism_(options.parallelism),
      paths_(std::clamp<size_t>(options.disjoint_paths, 1, kMaxDisjointPaths)) {
  // Paths share the closest among them: each brings twice its part, so that one path of
  // two may be lost.
  results_of_path_ = paths_.size() == 1
                         ? options.results
                         : std::min(options.results, CeilDiv(2 * options.results, paths_.size()));
  kept_of_path_ = std::min(kMaxCandidates, 3 * results_of_path_ + 16);
  parallelism_of_path_ = std::max<size_t>(1, CeilDiv(options.parallelism, paths_.size()));
}

void Lookup::Widen(size_t results) {
  results_of_path_ = std::max(results_of_path_, CeilDiv(results, paths_.size()));
  kept_of_path_ = std::max(kept_of_path_, std::min(kMaxCandidates, results_of_path_));
}

void Lookup::Merge() {
  if (paths_.size() == 1) return;
  const size_t share = CeilDiv(results_, paths_.size());
  Path all;
  for (const Path& path : paths_) {
    const auto first_place = static_cast<uint16_t>(all.contacts.size());
    all.contacts.insert(all.contacts.end(), path.contacts.begin(), path.contacts.end());
    size_t taken = 0;
    for (Candidate candidate : path.candidates) {
      candidate.place = static_cast<uint16_t>(candidate.place + first_place);
      all.candidates.push_back(candidate);
      if (candidate.state != State::kAnswered || taken == share) continue;
      ++taken;
      best_of_paths_.push_back({all.ContactOf(candidate), candidate.index, candidate.hop, {}});
    }
  }
  std::ranges::sort(all.candidates, [&](const Candidate& a, const Candidate& b) {
    return Closer(target_, all.ContactOf(a).id, all.ContactOf(b).id);
  });
  if (all.candidates.size() > kMaxCandidates) all.candidates.resize(kMaxCandidates);
  all.in_flight =
      static_cast<size_t>(std::ranges::count(all.candidates, State::kAsked, &Candidate::state));
  paths_.resize(1);
  paths_.front() = std::move(all);
  results_of_path_ = results_;
  parallelism_of_path_ = parallelism_;
  kept_of_path_ = kMaxCandidates;
}

void Lookup::Avoid(const NodeId& center, const NodeId& radius) {
  avoided_center_ = center;
  avoided_radius_ = radius;
}

bool Lookup::IsTaken(const Contact& contact, uint64_t distance, uint32_t host) const {
  if (contact.id == own_id_ || !contact.endpoint.IsUsable()) return true;
  if (Distance(avoided_center_, contact.id) < avoided_radius_) return true;
  const bool local = contact.endpoint.IsLocal();
  const auto same = [&](const Contact& known) {
    return known.id == contact.id || SameHost(known.endpoint, contact.endpoint, local);
  };
  for (const Contact& served : served_) {
    if (same(served)) return true;
  }
  for (const Path& path : paths_) {
    for (const Candidate& known : path.candidates) {
      const bool alike = known.distance == distance || known.host == host;
      if (alike && same(path.ContactOf(known))) return true;
    }
  }
  return false;
}

bool Lookup::IsCloser(uint64_t distance, const Contact& contact, const Path& path,
                      const Candidate& than) const {
  if (distance != than.distance) return distance < than.distance;
  return Closer(target_, contact.id, path.ContactOf(than).id);
}

void Lookup::AddSeed(const Contact& contact, uint16_t rtt_ms) {
  Add(seeds_++ % paths_.size(), contact, rtt_ms, 1);
}

void Lookup::Add(size_t path_index, const Contact& contact, uint16_t rtt_ms, uint16_t hop) {
  Path& path = paths_[path_index];
  std::vector<Candidate>& all = path.candidates;
  const uint64_t distance = contact.id.words[0] ^ target_.words[0];
  // Most of what is heard is too far to matter, and that is seen first.
  // Of a full list the farthest makes way that is not being asked just now.
  auto farthest = all.end();
  const bool full = all.size() >= kept_of_path_;
  if (full) {
    while (farthest != all.begin() && std::prev(farthest)->state == State::kAsked) --farthest;
    if (farthest == all.begin()) return;
    --farthest;
    if (!IsCloser(distance, contact, path, *farthest)) return;
  }
  const uint32_t host = HostOf(contact.endpoint, contact.endpoint.IsLocal());
  if (IsTaken(contact, distance, host)) return;
  auto place = static_cast<uint16_t>(path.contacts.size());
  if (full) {
    if (paths_.size() > 1 && farthest->state != State::kFresh) {
      served_.push_back(path.ContactOf(*farthest));
    }
    place = farthest->place;
    all.erase(farthest);
    path.contacts[place] = contact;
  } else {
    path.contacts.push_back(contact);
  }
  const auto at = std::ranges::partition_point(
      all, [&](const Candidate& it) { return !IsCloser(distance, contact, path, it); });
  all.insert(at, {.distance = distance,
                  .host = host,
                  .index = next_index_++,
                  .place = place,
                  .rtt_ms = rtt_ms,
                  .hop = hop,
                  .state = State::kFresh});
}

Lookup::Candidate* Lookup::NextOf(Path& path) {
  Candidate* best = nullptr;
  int best_bits = 0;
  size_t alive = 0;
  for (Candidate& candidate : path.candidates) {
    if (alive == results_of_path_) break;
    if (candidate.state == State::kFailed || candidate.state == State::kSlow) continue;
    ++alive;
    if (candidate.state != State::kFresh) continue;
    const int bits = SharedPrefixBits(target_, path.ContactOf(candidate).id);
    if (best != nullptr && bits < best_bits) break;
    if (best == nullptr || candidate.rtt_ms < best->rtt_ms) {
      best = &candidate;
      best_bits = bits;
    }
  }
  return best;
}

bool Lookup::PathDone(const Path& path) const {
  size_t alive = 0;
  for (const Candidate& candidate : path.candidates) {
    if (alive == results_of_path_) return true;
    if (candidate.state == State::kFailed || candidate.state == State::kSlow) continue;
    if (candidate.state != State::kAnswered) return false;
    ++alive;
  }
  // Nobody else is left to ask; with too few answers the slow ones are waited for.
  return alive == results_of_path_ ||
         std::ranges::none_of(
             path.candidates, [](State s) { return s == State::kSlow; }, &Candidate::state);
}

bool Lookup::done() const {
  return finished_ || std::ranges::all_of(paths_, [&](const Path& path) { return PathDone(path); });
}

std::optional<Lookup::Ask> Lookup::Next() {
  if (finished_) return std::nullopt;
  finished_ = finished_ || asked_ >= kMaxAsked;
  for (Path& path : paths_) {
    if (path.in_flight >= parallelism_of_path_) continue;
    Candidate* candidate = NextOf(path);
    if (candidate == nullptr) continue;
    candidate->state = State::kAsked;
    ++path.in_flight;
    ++asked_;
    return Ask{path.ContactOf(*candidate), candidate->index};
  }
  return std::nullopt;
}

std::pair<Lookup::Path*, Lookup::Candidate*> Lookup::Find(uint32_t index) {
  for (Path& path : paths_) {
    for (Candidate& candidate : path.candidates) {
      if (candidate.index == index) return {&path, &candidate};
    }
  }
  return {nullptr, nullptr};
}

void Lookup::Answered(uint32_t index, std::span<const Contact> contacts, base::ByteSpan token) {
  const auto [path, candidate] = Find(index);
  if (candidate == nullptr || candidate->state == State::kAnswered) return;
  if (candidate->state == State::kAsked) --path->in_flight;
  candidate->state = State::kAnswered;
  if (!token.empty()) tokens_.emplace_back(index, base::ToBytes(token));
  ++answered_;
  const auto hop = static_cast<uint16_t>(std::min<int>(candidate->hop + 1, UINT16_MAX));
  const size_t path_index = static_cast<size_t>(path - paths_.data());
  if (contacts.size() <= kMostOfReply) {
    for (const Contact& contact : contacts) Add(path_index, contact, kUnknownRttMs, hop);
    return;
  }
  std::vector<Contact> closest(kMostOfReply);
  std::ranges::partial_sort_copy(contacts, closest, [&](const Contact& a, const Contact& b) {
    return Closer(target_, a.id, b.id);
  });
  for (const Contact& contact : closest) Add(path_index, contact, kUnknownRttMs, hop);
}

void Lookup::Slow(uint32_t index) {
  const auto [path, candidate] = Find(index);
  if (candidate == nullptr || candidate->state != State::kAsked) return;
  candidate->state = State::kSlow;
  --path->in_flight;
}

void Lookup::Failed(uint32_t index) {
  const auto [path, candidate] = Find(index);
  if (candidate == nullptr) return;
  if (candidate->state == State::kAsked) --path->in_flight;
  if (candidate->state != State::kAnswered) candidate->state = State::kFailed;
}

void Lookup::Silent(uint32_t index) {
  Failed(index);
  const auto [path, candidate] = Find(index);
  if (candidate != nullptr) candidate->silent = candidate->state == State::kFailed;
}

void Lookup::AskSilentAgain() {
  for (Path& path : paths_) {
    for (Candidate& candidate : path.candidates) {
      if (candidate.silent && candidate.state == State::kFailed) candidate.state = State::kFresh;
      candidate.silent = false;
    }
  }
}

std::vector<Lookup::Hit> Lookup::Closest(size_t count) const {
  std::vector<Hit> hits;
  for (const Path& path : paths_) {
    size_t taken = 0;
    for (const Candidate& candidate : path.candidates) {
      if (candidate.state != State::kAnswered) continue;
      hits.push_back({path.ContactOf(candidate), candidate.index, candidate.hop, {}});
      if (++taken == count) break;
    }
  }
  std::ranges::sort(
      hits, [&](const Contact& a, const Contact& b) { return Closer(target_, a.id, b.id); },
      &Hit::contact);
  if (hits.size() > count) hits.resize(count);
  AddTokens(hits);
  return hits;
}

void Lookup::AddTokens(std::vector<Hit>& hits) const {
  for (Hit& hit : hits) {
    const auto token = std::ranges::find(tokens_, hit.index, &decltype(tokens_)::value_type::first);
    if (token != tokens_.end()) hit.token = token->second;
  }
}

std::vector<Lookup::Hit> Lookup::Results(size_t count) const {
  std::vector<Hit> hits = Closest(count);
  const size_t closest = hits.size();
  for (const Hit& best : best_of_paths_) {
    const auto end = hits.begin() + static_cast<ptrdiff_t>(closest);
    if (std::find_if(hits.begin(), end, [&](const Hit& hit) { return hit.index == best.index; }) ==
        end) {
      hits.push_back(best);
    }
  }
  AddTokens(hits);
  return hits;
}

uint16_t Lookup::hops() const {
  const Contact* closest = nullptr;
  uint16_t hops = 0;
  for (const Path& path : paths_) {
    const auto first = std::ranges::find(path.candidates, State::kAnswered, &Candidate::state);
    if (first == path.candidates.end()) continue;
    const Contact& contact = path.ContactOf(*first);
    if (closest != nullptr && !Closer(target_, contact.id, closest->id)) continue;
    closest = &contact;
    hops = first->hop;
  }
  return hops;
}

}  // namespace shadw::dht
