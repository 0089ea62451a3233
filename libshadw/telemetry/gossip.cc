// SPDX-License-Identifier: Apache-2.0
#include "libshadw/telemetry/gossip.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/status_macros.h"

namespace shadw::telemetry {
namespace {

constexpr uint8_t kDigest = 1;
constexpr uint8_t kRequest = 2;
constexpr uint8_t kReports = 3;
constexpr size_t kPrefixBytes = 16;
constexpr size_t kHeaderBytes = 2;
constexpr size_t kDigestEntries =
    (Gossip::kMaxDatagramBytes - kHeaderBytes) / (kPrefixBytes + sizeof(uint64_t));
constexpr size_t kReportEntries = (Gossip::kMaxDatagramBytes - kHeaderBytes) / kReportBytes;
static_assert(kDigestEntries == 49 && kReportEntries >= 4);

}  // namespace

Gossip::Gossip(const Options& options, base::RandomSource* random, base::Time now)
    : options_(options), random_(random), table_(options.table) {
  // Nodes that start together do not speak together.
  options_.round = std::max(options_.round, kMinRound);
  next_ = now + base::Duration(Draw(static_cast<uint64_t>(options_.round.count())));
}

uint64_t Gossip::Draw(uint64_t count) {
  const auto bytes = random_->Array<8>();
  const uint64_t value = base::LoadLittleEndian<uint64_t>(bytes.data());
  return static_cast<uint64_t>(static_cast<base::Uint128>(value) * count >> 64);
}

absl::Status Gossip::AddPeer(const base::Endpoint& peer) {
  if (!peer.IsUsable()) {
    return absl::InvalidArgumentError(
        absl::StrCat("telemetry: got peer ", peer.ToString(), ", need one that can be sent to"));
  }
  const size_t most = options_.broadcast ? kMaxBroadcastPeers : kMaxPeers;
  if (known_peers_.contains(peer)) return absl::OkStatus();
  if (peers_.size() >= most) {
    return absl::ResourceExhaustedError(
        absl::StrCat("telemetry: got one peer more, need at most ", most));
  }
  known_peers_.insert(peer);
  peers_.push_back(peer);
  return absl::OkStatus();
}

absl::Status Gossip::Publish(base::Time now, base::ByteSpan report) {
  SHADW_RETURN_IF_ERROR(table_.Ingest(now, report));
  const NodeKey node = ParseReport(report)->node;
  news_.push_front(node);
  if (news_.size() > kMaxNews) news_.pop_back();
  if (!options_.broadcast) return absl::OkStatus();
  const HealthEntry* const entry = table_.Find(node);
  for (const base::Endpoint& peer : peers_) SendReports(peer, {&entry, 1});
  return absl::OkStatus();
}

void Gossip::HandleTimeout(base::Time now) {
  if (!next_ || now < *next_) return;
  next_ = now + options_.round;
  ++rounds_;
  if (peers_.empty() || options_.broadcast) return;
  SendDigests(now, peers_[Draw(peers_.size())]);
}

// The news, then the rest from where the last round ended; nothing of the dead.
std::vector<const HealthEntry*> Gossip::ToTell(base::Time now) {
  constexpr size_t kMost = kMaxDigests * kDigestEntries;
  std::vector<const HealthEntry*> entries;
  std::set<NodeKey> named;
  for (const NodeKey& node : news_) {
    if (entries.size() == kMost / 2) break;
    const HealthEntry* const entry = table_.Find(node);
    if (entry != nullptr && !table_.IsStale(*entry, now) && named.insert(node).second) {
      entries.push_back(entry);
    }
  }
  const auto& all = table_.entries();
  auto at = all.upper_bound(told_);
  for (size_t i = 0; i < all.size() && entries.size() < kMost; ++i, ++at) {
    if (at == all.end()) at = all.begin();
    if (!table_.IsStale(at->second, now) && named.insert(at->first).second) {
      entries.push_back(&at->second);
    }
    told_ = at->first;
  }
  return entries;
}

void Gossip::SendDigests(base::Time now, const base::Endpoint& to) {
  const std::vector<const HealthEntry*> entries = ToTell(now);
  for (size_t at = 0; at < entries.size(); at += kDigestEntries) {
    const size_t count = std::min(kDigestEntries, entries.size() - at);
    base::ByteWriter out;
    out.U8(kDigest).U8(static_cast<uint8_t>(count));
    for (size_t i = at; i < at + count; ++i) {
      out.Raw(base::ByteSpan(entries[i]->report.node).first(kPrefixBytes));
      out.U64(entries[i]->report.sequence);
    }
    Send(to, std::move(out).Take());
  }
}

void Gossip::SendReports(const base::Endpoint& to, std::span<const HealthEntry* const> entries) {
  const size_t most = std::min(entries.size(), kMaxAnswers * kReportEntries);
  for (size_t at = 0; at < most; at += kReportEntries) {
    const size_t count = std::min(kReportEntries, most - at);
    base::ByteWriter out;
    out.U8(kReports).U8(static_cast<uint8_t>(count));
    for (size_t i = at; i < at + count; ++i) out.Raw(entries[i]->bytes);
    Send(to, std::move(out).Take());
  }
}

void Gossip::Send(const base::Endpoint& to, base::Bytes bytes) {
  if (out_.size() < kMaxQueued) out_.push_back({.to = to, .bytes = std::move(bytes)});
}

const HealthEntry* Gossip::FindByPrefix(const Prefix& prefix) const {
  NodeKey first{};
  std::ranges::copy(prefix, first.begin());
  const auto found = table_.entries().lower_bound(first);
  if (found == table_.entries().end() ||
      !std::equal(prefix.begin(), prefix.end(), found->first.begin())) {
    return nullptr;
  }
  return &found->second;
}

void Gossip::HandleMessage(base::Time now, const base::Endpoint& from, base::ByteSpan bytes) {
  if (bytes.empty() || bytes.size() > kMaxDatagramBytes || !known_peers_.contains(from)) return;
  switch (bytes[0]) {
    case kDigest:
      return HandleDigest(now, from, bytes.subspan(1));
    case kRequest:
      return HandleRequest(now, from, bytes.subspan(1));
    case kReports:
      return HandleReports(now, bytes.subspan(1));
    default:
      return;
  }
}

void Gossip::HandleDigest(base::Time now, const base::Endpoint& from, base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const size_t count = in.U8();
  if (in.remaining() != count * (kPrefixBytes + sizeof(uint64_t))) return;
  std::vector<const HealthEntry*> newer_here;
  base::ByteWriter wanted;
  uint8_t wants = 0;
  for (size_t i = 0; i < count; ++i) {
    Prefix prefix;
    in.Raw(prefix);
    const uint64_t sequence = in.U64();
    const HealthEntry* const entry = FindByPrefix(prefix);
    if (entry != nullptr && entry->report.sequence > sequence && !table_.IsStale(*entry, now)) {
      newer_here.push_back(entry);
    }
    if (entry == nullptr || entry->report.sequence < sequence) {
      wanted.Raw(prefix);
      ++wants;
    }
  }
  SendReports(from, newer_here);
  if (wants == 0) return;
  base::ByteWriter out;
  out.U8(kRequest).U8(wants).Raw(wanted.bytes());
  Send(from, std::move(out).Take());
}

void Gossip::HandleRequest(base::Time now, const base::Endpoint& from, base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const size_t count = in.U8();
  if (in.remaining() != count * kPrefixBytes) return;
  std::vector<const HealthEntry*> entries;
  for (size_t i = 0; i < count; ++i) {
    Prefix prefix;
    in.Raw(prefix);
    const HealthEntry* const entry = FindByPrefix(prefix);
    if (entry != nullptr && !table_.IsStale(*entry, now)) entries.push_back(entry);
  }
  SendReports(from, entries);
}

void Gossip::HandleReports(base::Time now, base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const size_t count = in.U8();
  if (in.remaining() != count * kReportBytes) return;
  for (size_t i = 0; i < count; ++i) {
    const base::ByteSpan report = in.View(kReportBytes);
    if (!table_.Ingest(now, report).ok()) continue;
    const absl::StatusOr<Report> parsed = ParseReport(report);
    news_.push_front(parsed->node);
    if (news_.size() > kMaxNews) news_.pop_back();
    if (events_.size() < kMaxQueued) events_.push_back({parsed->node, parsed->sequence});
  }
}

std::optional<base::Transmit<Gossip::Address>> Gossip::PollTransmit() {
  if (out_.empty()) return std::nullopt;
  std::optional<base::Transmit<Address>> first = std::move(out_.front());
  out_.pop_front();
  return first;
}

std::optional<Gossip::Event> Gossip::PollEvent() {
  if (events_.empty()) return std::nullopt;
  const Event first = events_.front();
  events_.pop_front();
  return first;
}

}  // namespace shadw::telemetry
