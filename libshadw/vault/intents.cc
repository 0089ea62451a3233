// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/intents.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/head_copies.h"

namespace shadw::vault {
namespace {

absl::StatusOr<shard::HeadSealer> SealIntent(const Environment& env, const shard::ObjectKeys& keys,
                                             const shard::IntentRecord& record,
                                             const erasure::Code& code,
                                             const HeadWitnesses& witnesses) {
  shard::Metadata metadata;
  metadata.intent = record;
  if (env.roster.size() <= shard::kMaxRosterPrefixes) {
    for (const placement::Node& node : env.roster.nodes()) {
      std::copy_n(node.id.begin(), sizeof(shard::NodePrefix),
                  metadata.roster.emplace_back().begin());
    }
  }
  shard::ReadBox read;
  SHADW_ASSIGN_OR_RETURN(read.metadata, shard::EncodeMetadata(metadata));
  const shard::HeadLabel label{.flags = shard::kFlagIntent,
                               .version = env.options.random->Array<16>(),
                               .code = code,
                               .epoch = env.EpochNow(),
                               .time_ns = base::ToUnixNanos(env.Now()),
                               .previous_hash = witnesses};
  return shard::HeadSealer::Create(keys, label, read, env.Seal());
}

std::vector<store::StorageId> SlotIds(const Environment& env, const shard::ObjectKeys& keys,
                                      size_t node) {
  std::vector<store::StorageId> ids(kIntentSlots);
  for (uint64_t slot = 0; slot < kIntentSlots; ++slot) {
    ids[slot] = keys.HeadStorageId(slot, env.roster.node_id(node));
  }
  return ids;
}

// Nothing where something else lies there.
//   Errors   those of the store
absl::StatusOr<std::optional<FoundIntent>> ReadIntent(const Environment& env,
                                                      const shard::ObjectKeys& keys, size_t node,
                                                      const store::StorageId& id,
                                                      shard::HeaderMemo& memo) {
  base::ByteArray<shard::kHeaderBytes> bytes;
  SHADW_ASSIGN_OR_RETURN(const size_t got, env.roster.store(node).Get(id, 0, bytes));
  if (got != bytes.size()) return std::nullopt;
  const auto header = shard::OpenHeader(bytes, keys, shard::OpenTo::kRead, &memo);
  if (!header.ok() || !header->read || !header->audit.has(shard::kFlagIntent)) return std::nullopt;
  const auto metadata = shard::DecodeMetadata(header->read->metadata);
  if (!metadata.ok() || !metadata->intent) return std::nullopt;
  const shard::AuditBox& audit = header->audit;
  return FoundIntent{
      .record = *metadata->intent,
      .code = {audit.data_shards, static_cast<uint16_t>(audit.total_shards - audit.data_shards)},
      .witnesses = audit.body_root,
      .roster = metadata->roster};
}

constexpr size_t kWitnessBytes = 4;
constexpr size_t kMaxWitnesses = sizeof(HeadWitnesses) / kWitnessBytes;

}  // namespace

HeadWitnesses WitnessesOf(const Environment& env, const shard::ObjectKeys& keys,
                          uint16_t parity_shards) {
  HeadWitnesses witnesses{};
  const std::vector<size_t> nodes = env.roster.HeadNodes(keys);
  const size_t count = std::min(kMaxWitnesses, HeadCopies(env, parity_shards));
  for (size_t i = 0; i < count; ++i) {
    std::copy_n(env.roster.node_id(nodes[i]).begin(), kWitnessBytes,
                witnesses.begin() + i * kWitnessBytes);
  }
  return witnesses;
}

bool AllPresent(const Environment& env, const HeadWitnesses& witnesses) {
  for (size_t i = 0; i < kMaxWitnesses; ++i) {
    const auto prefix = base::ByteSpan(witnesses).subspan(i * kWitnessBytes, kWitnessBytes);
    if (std::ranges::all_of(prefix, [](uint8_t byte) { return byte == 0; })) continue;
    const auto has_prefix = [&](const placement::Node& node) {
      return std::ranges::equal(base::ByteSpan(node.id).first(kWitnessBytes), prefix);
    };
    if (std::ranges::none_of(env.roster.nodes(), has_prefix)) return false;
  }
  return true;
}

bool AllPresent(const Environment& env, const std::vector<shard::NodePrefix>& roster) {
  return std::ranges::all_of(roster, [&](const shard::NodePrefix& prefix) {
    return std::ranges::any_of(env.roster.nodes(), [&](const placement::Node& node) {
      return std::equal(prefix.begin(), prefix.end(), node.id.begin());
    });
  });
}

absl::StatusOr<bool> IntentBook::WriteSlot(uint64_t slot, const shard::HeadSealer& sealer,
                                           uint16_t parity_shards) {
  const size_t copies = HeadCopies(env_, parity_shards);
  const std::vector<size_t> nodes = env_.roster.HeadNodes(keys_);
  uint16_t written = 0;
  absl::Status refusal = absl::UnavailableError("vault: no node took the intent");
  for (size_t next = 0; written < copies && next < nodes.size();) {
    const size_t count = std::min(copies - written, nodes.size() - next);
    const CopyPlan plan{.slot = slot, .first_copy = written};
    for (const CopyPut& put :
         PutCopies(env_, keys_, sealer, plan, std::span(nodes).subspan(next, count))) {
      ++next;
      if (put.status.ok()) {
        ++written;
        continue;
      }
      refusal = put.status;
      if (!absl::IsAlreadyExists(put.status) || written > 0) continue;
      // Garbage, or a lie, takes the place on this node only.
      const store::StorageId id = keys_.HeadStorageId(slot, env_.roster.node_id(put.node));
      const auto other = ReadIntent(env_, keys_, put.node, id, memo_);
      if (other.ok() && *other) return false;
    }
  }
  if (written == 0) return refusal;
  return true;
}

absl::StatusOr<uint64_t> IntentBook::Announce(const shard::IntentRecord& record,
                                              const erasure::Code& code,
                                              const HeadWitnesses& witnesses) {
  SHADW_ASSIGN_OR_RETURN(const shard::HeadSealer sealer,
                         SealIntent(env_, keys_, record, code, witnesses));
  const uint64_t start = env_.options.random->Array<1>()[0];
  const uint64_t slots = cleaning_up_ ? kIntentSlots : kIntentSlots - kCleanUpSlots;
  for (uint64_t i = 0; i < slots; ++i) {
    const uint64_t slot = (start + i) % slots;
    SHADW_ASSIGN_OR_RETURN(const bool written, WriteSlot(slot, sealer, code.parity_shards));
    if (written) return slot;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("vault: got ", slots, " unfinished puts, need a free slot"));
}

std::vector<FoundIntent> IntentBook::All() const {
  std::map<std::pair<uint64_t, shard::VersionId>, FoundIntent> found;
  for (size_t node = 0; node < env_.roster.size(); ++node) {
    const std::vector<store::StorageId> ids = SlotIds(env_, keys_, node);
    for (const Sighting& seen : env_.roster.Look(node, ids)) {
      const auto read = ReadIntent(env_, keys_, node, ids[seen.position], memo_);
      if (!read.ok() || !*read) continue;
      FoundIntent intent = **read;
      intent.slot = seen.position;
      found.try_emplace({intent.slot, intent.record.version}, intent);
    }
  }
  std::vector<FoundIntent> intents;
  intents.reserve(found.size());
  for (const auto& [key, intent] : found) intents.push_back(intent);
  return intents;
}

bool IntentBook::Stands(uint64_t slot, const shard::IntentRecord& record) const {
  for (size_t node = 0; node < env_.roster.size(); ++node) {
    const store::StorageId id = keys_.HeadStorageId(slot, env_.roster.node_id(node));
    const auto stats = env_.roster.store(node).StatMany({&id, 1});
    if (!stats.ok()) return true;
    if (!stats->front()) continue;
    const auto intent = ReadIntent(env_, keys_, node, id, memo_);
    if (!intent.ok() && !absl::IsNotFound(intent.status())) return true;
    if (intent.ok() && *intent && (*intent)->record == record) return true;
  }
  return false;
}

void IntentBook::Clear(uint64_t slot, const shard::VersionId& version) {
  for (size_t node = 0; node < env_.roster.size(); ++node) {
    const store::StorageId id = keys_.HeadStorageId(slot, env_.roster.node_id(node));
    if (env_.roster.Look(node, {&id, 1}).empty()) continue;
    const auto intent = ReadIntent(env_, keys_, node, id, memo_);
    // Not ours, or nobody can say. A copy that stays is cleared when the vault is opened next.
    if (!intent.ok() || (*intent && (*intent)->record.version != version)) continue;
    env_.roster.Remove(node, keys_, {&id, 1});
  }
}

}  // namespace shadw::vault
