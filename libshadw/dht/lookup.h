// SPDX-License-Identifier: Apache-2.0
//
// One iterative lookup: which contact to ask next on the way to the closest ones. It
// sends nothing and knows no time; whoever drives it asks, and tells it what came back.
//
// The lookup keeps the closest contacts it has heard of. It asks those among the best
// `results` that were not asked yet, `parallelism` at a time, and is done when the best
// `results` of those that can be reached have answered. A contact that is slow stops
// counting against the parallelism, so the lookup widens instead of waiting.
//
// With `disjoint_paths` d > 1 the first contacts are dealt out to d paths and whatever a
// path hears of belongs to that path alone: no contact, and no address, serves two. A
// liar on one path then leads only this path astray. As a path keeps others from asking
// its contacts, some of the closest are asked by none; `Merge` then goes on as one path
// until the closest of all have answered.
//
//   Lookup lookup(target, own_id, {.results = 8, .parallelism = 3});
//   for (const Contact& contact : known) lookup.AddSeed(contact, kUnknownRttMs);
//   while (auto ask = lookup.Next()) Send(ask->contact, ask->index);
//   lookup.Answered(index, reply.contacts, token);          // or Slow(index), Failed(index)
//   if (lookup.done()) for (const auto& hit : lookup.Closest(8)) …
//
// Limits: three times as many contacts as results a path, and 16 more, but at most
// kMaxCandidates; what is farther is forgotten. At most kMaxAsked are asked.
//   Source   Maymounkov & Mazieres 2002, 2.3; Baumgart & Mies 2007 (S/Kademlia), 4.4
#ifndef LIBSHADW_DHT_LOOKUP_H_
#define LIBSHADW_DHT_LOOKUP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/bytes.h"
#include "libshadw/dht/contact.h"

namespace shadw::dht {

inline constexpr size_t kMaxDisjointPaths = 16;
inline constexpr size_t kMaxParallelism = 64;
inline constexpr size_t kMaxCandidates = 128;
// A liar who always knows of somebody closer keeps no lookup going for longer.
inline constexpr size_t kMaxAsked = 1024;

struct LookupOptions {
  size_t results = 8;  // how many of the closest are wanted; k
  // alpha, of all paths together; rounded up to equal parts, so at least one a path.
  size_t parallelism = 3;
  size_t disjoint_paths = 1;

  absl::Status Validate() const;
};

class Lookup {
 public:
  struct Ask {
    Contact contact;
    uint32_t index;  // names the contact in Answered, Slow and Failed
  };
  struct Hit {
    Contact contact;
    uint32_t index;
    uint16_t hop;  // 1: it was in our table; one more for each who told of the next
    base::Bytes token;
  };

  Lookup(const NodeId& target, const NodeId& own_id, const LookupOptions& options);

  const NodeId& target() const { return target_; }
  // A contact to begin with. Those with a lower round trip are asked first where they
  // are of the same use, that is share equally many bits with the target.
  void AddSeed(const Contact& contact, uint16_t rtt_ms);
  // Passes over whoever lies closer to `center` than `radius`.
  void Avoid(const NodeId& center, const NodeId& radius);
  // Whom to ask now; nothing while enough are being asked or nobody is left.
  std::optional<Ask> Next();

  void Answered(uint32_t index, std::span<const Contact> contacts, base::ByteSpan token);
  // No answer in the usual time; one that comes later still counts.
  void Slow(uint32_t index);
  void Failed(uint32_t index);
  // As Failed, of somebody who may answer when he is asked again.
  void Silent(uint32_t index);
  // Those that were silent are asked once more, where they are among the best.
  void AskSilentAgain();
  // Wants more of the closest than before.
  void Widen(size_t results);
  // Once it is done: the paths become one, which asks on. A liar's path may then fill the
  // closest with its own, so the best of each path stay among the results.
  void Merge();

  // Asks nobody any more.
  void Finish() { finished_ = true; }
  bool done() const;
  // Those that answered, closest first, at most `count`.
  std::vector<Hit> Closest(size_t count) const;
  // Of paths that were merged also the best of each; at most twice as many.
  std::vector<Hit> Results(size_t count) const;
  size_t asked() const { return asked_; }
  size_t answered() const { return answered_; }
  // The hop of the closest that answered; 0 while none did.
  uint16_t hops() const;

 private:
  enum class State : uint8_t { kFresh, kAsked, kSlow, kAnswered, kFailed };
  // What is looked at all the time; the contact itself lies apart, as most of what is heard
  // is told from it by these.
  struct Candidate {
    uint64_t distance;  // its first 64 bits
    uint32_t host;      // differs for most addresses that differ
    uint32_t index;
    uint16_t place;  // of the contact in Path::contacts
    uint16_t rtt_ms;
    uint16_t hop;
    State state;
    bool silent = false;  // kFailed, and nothing else is known of it
  };
  struct Path {
    std::vector<Candidate> candidates;  // closest first
    std::vector<Contact> contacts;
    size_t in_flight = 0;
    const Contact& ContactOf(const Candidate& candidate) const { return contacts[candidate.place]; }
  };

  bool IsTaken(const Contact& contact, uint64_t distance, uint32_t host) const;
  bool IsCloser(uint64_t distance, const Contact& contact, const Path& path,
                const Candidate& than) const;
  void Add(size_t path, const Contact& contact, uint16_t rtt_ms, uint16_t hop);
  Candidate* NextOf(Path& path);
  bool PathDone(const Path& path) const;
  std::pair<Path*, Candidate*> Find(uint32_t index);
  void AddTokens(std::vector<Hit>& hits) const;

  NodeId target_;
  NodeId own_id_;
  NodeId avoided_center_{};
  NodeId avoided_radius_{};  // zero: nobody is
  size_t results_;
  size_t parallelism_;
  std::vector<Hit> best_of_paths_;  // once they are merged
  size_t results_of_path_;
  size_t parallelism_of_path_;
  std::vector<Path> paths_;
  std::vector<Contact> served_;  // of several paths: who was asked, and then forgotten
  size_t kept_of_path_;
  std::vector<std::pair<uint32_t, base::Bytes>> tokens_;  // by index
  uint32_t next_index_ = 0;
  size_t seeds_ = 0;
  bool finished_ = false;
  size_t asked_ = 0;
  size_t answered_ = 0;
};

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_LOOKUP_H_
