// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/rewrap.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/shard/shard_writer.h"
#include "libshadw/shard/stripe_assembler.h"

namespace shadw::shard {
namespace {

constexpr base::ByteArray<12> kMacNonce{};

absl::Status CheckTargets(const ObjectKeys& keys, std::span<const Header> sources,
                          std::span<const RewrapTarget> targets) {
  if (!keys.may_repair()) {
    return absl::PermissionDeniedError(
        "shard: got keys that may not repair, need the verify and the delete key");
  }
  if (sources.empty() || !sources.front().verify) {
    return absl::FailedPreconditionError(
        "shard: got no source shard whose header was opened to verify, need one");
  }
  for (const RewrapTarget& target : targets) {
    if (target.index >= sources.front().audit.total_shards) {
      return absl::InvalidArgumentError(absl::StrCat("shard: got target index ", target.index,
                                                     ", need less than ",
                                                     sources.front().audit.total_shards));
    }
  }
  return absl::OkStatus();
}

// One target while its cells are written.
struct Writing {
  ShardWriter writer;
  std::optional<crypto::Gmac> old_mac;
};

}  // namespace

absl::StatusOr<std::vector<RewrappedShard>> RewrapShards(const ObjectKeys& keys,
                                                         std::span<const Header> sources,
                                                         CellSource* source,
                                                         std::span<const RewrapTarget> targets,
                                                         const SealContext& context) {
  SHADW_RETURN_IF_ERROR(CheckTargets(keys, sources, targets));
  SHADW_ASSIGN_OR_RETURN(StripeAssembler assembler, StripeAssembler::Create(keys, sources, source));
  const Header& sibling = sources.front();
  const Geometry& geometry = assembler.geometry();
  std::vector<Writing> writings(targets.size());
  std::vector<RewrappedShard> shards(targets.size());
  std::vector<uint16_t> wanted;
  for (size_t i = 0; i < targets.size(); ++i) {
    const RewrapTarget& target = targets[i];
    shards[i].address = {sibling.audit.version, sibling.audit.segment, target.index,
                         target.copy,           target.node,           target.epoch};
    shards[i].bytes = base::Buffer(geometry.ShardBytes(assembler.cells()));
    writings[i].writer.Begin(keys, shards[i].address, geometry.cell_bytes,
                             !sibling.audit.has(kFlagPrivate), context, shards[i].bytes.span());
    if (target.replaces != nullptr) {
      writings[i].old_mac.emplace(keys.BodyMacKey(target.replaces->nonce).bytes(), kMacNonce);
    }
    if (std::ranges::find(wanted, target.index) == wanted.end()) wanted.push_back(target.index);
  }
  for (uint32_t stripe = 0; stripe < assembler.cells();) {
    const uint32_t count = std::min(assembler.max_window(), assembler.cells() - stripe);
    assembler.Begin(stripe, count);
    SHADW_RETURN_IF_ERROR(assembler.Complete(wanted));
    for (uint32_t end = stripe + count; stripe < end; ++stripe) {
      for (size_t i = 0; i < targets.size(); ++i) {
        const base::ByteSpan cell = assembler.Cell(stripe, targets[i].index);
        if (writings[i].old_mac) writings[i].old_mac->Update(cell);
        writings[i].writer.AddCell(cell);
      }
    }
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    if (writings[i].old_mac &&
        writings[i].old_mac->Final() != targets[i].replaces->verify->body_mac) {
      return absl::DataLossError(absl::StrCat("shard: the cells of shard ", targets[i].index,
                                              " contradict its body MAC: some were forged"));
    }
    shards[i].public_root =
        writings[i].writer.Finish(sibling.audit, *sibling.verify, sibling.sealed_read);
  }
  return shards;
}

}  // namespace shadw::shard
