// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/tombstone.h"

#include <string>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/vault/segment_filler.h"

namespace shadw::vault {

absl::StatusOr<PutResult> WriteTombstone(const Environment& env, const LocatedObject& found,
                                         std::string_view name, IntentBook& intents) {
  const FoundHead& last = found.head;
  const shard::HeadLabel label{.flags = shard::kFlagHead | shard::kFlagTombstone,
                               .generation = last.header.audit.generation,
                               .sequence = NextSequence(last.sequence(), false),
                               .version = env.options.random->Array<16>(),
                               .code = last.code(),
                               .cell_bytes = last.header.audit.cell_bytes,
                               .epoch = env.EpochNow(),
                               .time_ns = base::ToUnixNanos(env.Now()),
                               .previous_hash = shard::HeadHash(found.keys.id(), last.header)};
  shard::ReadBox read;
  read.previous_sequence = last.sequence();
  // So that an interrupted removal can be completed; a long name the shards still know.
  const shard::Metadata metadata{.name = std::string(name)};
  SHADW_ASSIGN_OR_RETURN(const bool too_long, MetadataLeads(metadata));
  if (!too_long) {
    SHADW_ASSIGN_OR_RETURN(read.metadata, shard::EncodeMetadata(metadata));
  }
  SHADW_ASSIGN_OR_RETURN(const shard::HeadSealer sealer,
                         shard::HeadSealer::Create(found.keys, label, read, env.Seal()));
  const shard::IntentRecord record{found.keys.id(),
                                   last.header.audit.generation,
                                   label.sequence,
                                   label.version,
                                   base::ToUnixNanos(env.Now() + env.options.intent_lease),
                                   label.epoch};
  const uint16_t parity = label.code.parity_shards;
  SHADW_ASSIGN_OR_RETURN(
      const uint64_t slot,
      intents.Announce(record, label.code, WitnessesOf(env, found.keys, parity)));
  const CommitResult commit =
      CommitHead(env, found.keys, sealer, label.sequence, label.version, parity);
  if (!commit.status.ok()) {
    if (commit.certain) intents.Clear(slot, label.version);
    return commit.status;
  }
  PutResult result{.previous = last, .intent_slot = slot};
  result.receipt.sequence = label.sequence;
  result.receipt.version = label.version;
  return result;
}

}  // namespace shadw::vault
