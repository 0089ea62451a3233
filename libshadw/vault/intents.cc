// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/intents.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {
namespace {

absl::StatusOr<shard::HeadSealer> SealIntent(const Environment& env, const shard::ObjectKeys& keys,
                                             const shard::IntentRecord& record,
                                             const erasure::Code& code) {
  shard::Metadata metadata;
  metadata.intent = record;
  shard::ReadBox read;
  SHADW_ASSIGN_OR_RETURN(read.metadata, shard::EncodeMetadata(metadata));
  const shard::HeadLabel label{.flags = shard::kFlagIntent,
                               .version = env.options.random->Array<16>(),
                               .code = code,
                               .epoch = env.EpochNow(),
                               .time_ns = base::ToUnixNanos(env.Now())};
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

std::optional<FoundIntent> ReadIntent(const Environment& env, const shard::ObjectKeys& keys,
                                      size_t node, const store::StorageId& id) {
  base::ByteArray<shard::kHeaderBytes> bytes;
  const auto got = env.roster.store(node).Get(id, 0, bytes);
  if (!got.ok() || *got != bytes.size()) return std::nullopt;
  const auto header = shard::OpenHeader(bytes, keys, shard::OpenTo::kRead);
  if (!header.ok() || !header->read || !header->audit.has(shard::kFlagIntent)) return std::nullopt;
  const auto metadata = shard::DecodeMetadata(header->read->metadata);
  if (!metadata.ok() || !metadata->intent) return std::nullopt;
  const shard::AuditBox& audit = header->audit;
  return FoundIntent{
      .record = *metadata->intent,
      .code = {audit.data_shards, static_cast<uint16_t>(audit.total_shards - audit.data_shards)}};
}

}  // namespace

absl::StatusOr<bool> IntentBook::WriteSlot(uint64_t slot, const shard::HeadSealer& sealer,
                                           uint16_t parity_shards) {
  const size_t copies = HeadCopies(env_, parity_shards);
  size_t written = 0;
  absl::Status refusal = absl::UnavailableError("vault: no node took the intent");
  for (size_t node : env_.roster.HeadNodes(keys_)) {
    if (written == copies) break;
    const store::NodeId& node_id = env_.roster.node_id(node);
    const store::StorageId id = keys_.HeadStorageId(slot, node_id);
    const auto bytes = sealer.ForNode(node_id, static_cast<uint16_t>(written));
    const absl::Status put =
        env_.roster.store(node).Put(id, bytes, store::HashToken(keys_.TokenFor(node_id, id)));
    if (absl::IsAlreadyExists(put) && written == 0) return false;
    if (!put.ok()) {
      refusal = put;
      continue;
    }
    SHADW_RETURN_IF_ERROR(env_.roster.store(node).Flush());
    ++written;
  }
  if (written == 0) return refusal;
  return true;
}

absl::StatusOr<uint64_t> IntentBook::Announce(const shard::IntentRecord& record,
                                              const erasure::Code& code) {
  SHADW_ASSIGN_OR_RETURN(const shard::HeadSealer sealer, SealIntent(env_, keys_, record, code));
  const uint64_t start = env_.options.random->Array<1>()[0];
  for (uint64_t i = 0; i < kIntentSlots; ++i) {
    const uint64_t slot = (start + i) % kIntentSlots;
    SHADW_ASSIGN_OR_RETURN(const bool written, WriteSlot(slot, sealer, code.parity_shards));
    if (written) return slot;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("vault: got ", kIntentSlots, " unfinished puts, need a free slot"));
}

std::vector<FoundIntent> IntentBook::All() const {
  std::map<uint64_t, FoundIntent> by_slot;
  for (size_t node = 0; node < env_.roster.size(); ++node) {
    const std::vector<store::StorageId> ids = SlotIds(env_, keys_, node);
    for (const Sighting& seen : env_.roster.Look(node, ids)) {
      std::optional<FoundIntent> found = ReadIntent(env_, keys_, node, ids[seen.position]);
      if (!found) continue;
      found->slot = seen.position;
      by_slot.try_emplace(seen.position, *std::move(found)).first->second.nodes.push_back(node);
    }
  }
  std::vector<FoundIntent> intents;
  for (auto& [slot, intent] : by_slot) intents.push_back(std::move(intent));
  return intents;
}

void IntentBook::Clear(uint64_t slot) {
  for (size_t node = 0; node < env_.roster.size(); ++node) {
    const store::NodeId& node_id = env_.roster.node_id(node);
    const store::StorageId id = keys_.HeadStorageId(slot, node_id);
    if (env_.roster.Look(node, {&id, 1}).empty()) continue;
    // A copy that stays is cleared when the vault is opened next.
    env_.roster.store(node).Delete(id, keys_.TokenFor(node_id, id)).IgnoreError();
  }
}

}  // namespace shadw::vault
