// SPDX-License-Identifier: Apache-2.0
//
// Every node learns every node's latest report, without each of them telling all the
// others: once a round a node tells one peer, drawn at random, what it has; the two then
// exchange what one of them lacks. News reaches everybody in about log2(N) rounds, with N
// messages a round instead of N^2.
//
//   Gossip gossip({}, &random, now);              // a state machine: net or sim drives it
//   gossip.AddPeer(endpoint);
//   gossip.Publish(now, *SignReport(signer, sequence, stats));
//   gossip.table().Fresh(now);
//
// Datagrams, integers little-endian; all below kMaxDatagramBytes:
//   1  1 digest    1  entries   each  16 first bytes of a key   8  its sequence
//   1  2 request   1  entries   each  16 first bytes of a key
//   1  3 reports   1  entries   each  a report (report.h)
//
// Only peers are heard and answered, so that a stolen address reaches nobody else, and an
// answer is bounded. A report is checked before it is kept: nobody can alter one. What is
// stale is neither told nor kept (health_table.h): the dead do not come back as rumours.
//
// Limits: a round's digests name kMaxDigests * 49 nodes; of larger tables it tells the latest news
// and a part of the rest, the next part in the next round. `broadcast` is the paper's
// literal rule, every report to every peer, for networks of up to kMaxBroadcastPeers.
//   Source   catalogue S68; Demers et al. 1987 (anti-entropy); van Renesse et al. 2008
#ifndef LIBSHADW_TELEMETRY_GOSSIP_H_
#define LIBSHADW_TELEMETRY_GOSSIP_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "libshadw/base/endpoint.h"
#include "libshadw/base/random.h"
#include "libshadw/base/state_machine.h"
#include "libshadw/telemetry/health_table.h"

namespace shadw::telemetry {

class Gossip {
 public:
  static constexpr size_t kMaxDatagramBytes = 1200;
  static constexpr size_t kMaxDigests = 8;  // of one round
  static constexpr size_t kMaxAnswers = 8;  // datagrams of reports to one digest
  static constexpr size_t kMaxPeers = 100'000;
  static constexpr size_t kMaxBroadcastPeers = 64;
  static constexpr size_t kMaxQueued = 4096;  // datagrams and events; more are dropped
  static constexpr size_t kMaxNews = 256;
  static constexpr base::Duration kMinRound = std::chrono::milliseconds(1);

  using Address = base::Endpoint;
  // A peer told a report that was not known before.
  struct Event {
    NodeKey node{};
    uint64_t sequence = 0;
  };
  struct Options {
    base::Duration round = std::chrono::seconds(1);  // kMinRound at least
    bool broadcast = false;
    HealthTable::Options table;
  };

  // `random` outlives the machine.
  Gossip(const Options& options, base::RandomSource* random, base::Time now);

  //   Errors   kInvalidArgument    nothing can be sent there
  //            kResourceExhausted  kMaxPeers, or kMaxBroadcastPeers where it broadcasts
  absl::Status AddPeer(const base::Endpoint& peer);
  // One's own report, or one that came another way.
  //   Errors   as HealthTable::Ingest
  absl::Status Publish(base::Time now, base::ByteSpan report);
  const HealthTable& table() const { return table_; }
  uint64_t rounds() const { return rounds_; }

  void HandleMessage(base::Time now, const base::Endpoint& from, base::ByteSpan bytes);
  void HandleTimeout(base::Time now);
  std::optional<base::Transmit<Address>> PollTransmit();
  std::optional<Event> PollEvent();
  std::optional<base::Time> NextTimeout() const { return next_; }

 private:
  using Prefix = base::ByteArray<16>;

  void HandleDigest(base::Time now, const base::Endpoint& from, base::ByteSpan bytes);
  void HandleRequest(base::Time now, const base::Endpoint& from, base::ByteSpan bytes);
  void HandleReports(base::Time now, base::ByteSpan bytes);
  const HealthEntry* FindByPrefix(const Prefix& prefix) const;
  std::vector<const HealthEntry*> ToTell(base::Time now);
  void SendDigests(base::Time now, const base::Endpoint& to);
  void SendReports(const base::Endpoint& to, std::span<const HealthEntry* const> entries);
  void Send(const base::Endpoint& to, base::Bytes bytes);
  uint64_t Draw(uint64_t count);

  Options options_;
  base::RandomSource* random_;
  HealthTable table_;
  std::vector<base::Endpoint> peers_;
  std::set<base::Endpoint> known_peers_;
  std::deque<NodeKey> news_;  // the latest first
  NodeKey told_{};            // the next digest of the rest begins after it
  uint64_t rounds_ = 0;
  std::optional<base::Time> next_;
  std::deque<base::Transmit<Address>> out_;
  std::deque<Event> events_;
};

}  // namespace shadw::telemetry

#endif  // LIBSHADW_TELEMETRY_GOSSIP_H_
