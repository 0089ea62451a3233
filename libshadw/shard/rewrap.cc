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

absl::Status CheckArguments(const ObjectKeys& keys, std::span<const Header> sources,
                            std::span<const RewrapTarget> targets) {
  if (!keys.may_repair()) {
    return absl::PermissionDeniedError(
        "shard: got keys that may not repair, need the verify and the delete key");
  }
  const auto verified = [](const Header& header) { return header.verify.has_value(); };
  if (sources.empty() || !std::ranges::all_of(sources, verified)) {
    return absl::FailedPreconditionError(
        "shard: got source shards whose headers were not opened to verify, or none");
  }
  const uint16_t total = sources.front().audit.total_shards;
  for (const RewrapTarget& target : targets) {
    if (target.index >= total) {
      return absl::InvalidArgumentError(
          absl::StrCat("shard: got target index ", target.index, ", need less than ", total));
    }
    if (target.replaces != nullptr && !verified(*target.replaces)) {
      return absl::InvalidArgumentError(
          "shard: got a header to replace that was not opened to verify");
    }
  }
  return absl::OkStatus();
}

absl::Status Contradiction(uint16_t index) {
  return absl::DataLossError(absl::StrCat("shard: the cells of shard ", index,
                                          " contradict its body MAC: some were forged"));
}

// One target while its cells are written.
struct Writing {
  ShardWriter writer;
  std::optional<crypto::Gmac> old_mac;
};

// One source while its cells are read. Whatever was decoded from a shard is believed
// only after its body MAC held over all its cells: an auditor and a node can forge
// cells, and a repair must not put them under a fresh MAC.
struct Reading {
  const Header* header;
  crypto::Gmac mac;
  uint32_t stripes = 0;  // that the MAC has seen
  bool used = false;
  bool rebuilt = false;  // partly, from other shards

  uint16_t index() const { return header->audit.index; }
};

class Rewrapper {
 public:
  Rewrapper(const ObjectKeys& keys, std::span<const Header> sources,
            std::span<const RewrapTarget> targets, StripeAssembler assembler,
            const SealContext& context)
      : keys_(keys),
        sources_(sources),
        targets_(targets),
        assembler_(std::move(assembler)),
        context_(context),
        excluded_(sources.front().audit.total_shards) {
    for (const RewrapTarget& target : targets) {
      if (std::ranges::find(wanted_, target.index) == wanted_.end()) {
        wanted_.push_back(target.index);
      }
    }
  }

  absl::StatusOr<std::vector<RewrappedShard>> Run() && {
    while (true) {
      Begin();
      for (uint32_t stripe = 0; stripe < assembler_.cells();) {
        const uint32_t count = std::min(assembler_.max_window(), assembler_.cells() - stripe);
        SHADW_RETURN_IF_ERROR(WriteWindow(stripe, count));
        stripe += count;
      }
      SHADW_RETURN_IF_ERROR(ReadRest());
      SHADW_ASSIGN_OR_RETURN(const bool honest, ExcludeForgers());
      if (honest) return Finish();
    }
  }

 private:
  void Begin() {
    const AuditBox& sibling = sources_.front().audit;
    readings_.clear();
    for (const Header& header : sources_) {
      if (excluded_[header.audit.index]) continue;
      readings_.push_back({&header, {keys_.BodyMacKey(header.nonce).bytes(), kMacNonce}});
    }
    writings_ = std::vector<Writing>(targets_.size());
    shards_.resize(targets_.size());
    for (size_t i = 0; i < targets_.size(); ++i) {
      const RewrapTarget& target = targets_[i];
      RewrappedShard& shard = shards_[i];
      shard.address = {sibling.version, sibling.segment, target.index,
                       target.copy,     target.node,     target.epoch};
      if (shard.bytes.size() == 0) {
        shard.bytes = base::Buffer(assembler_.geometry().ShardBytes(assembler_.cells()));
      }
      writings_[i].writer.Begin(keys_, shard.address, assembler_.geometry().cell_bytes,
                                !sibling.has(kFlagPrivate), context_, shard.bytes.span());
      if (target.replaces != nullptr) {
        writings_[i].old_mac.emplace(keys_.BodyMacKey(target.replaces->nonce).bytes(), kMacNonce);
      }
    }
  }

  absl::Status WriteWindow(uint32_t first, uint32_t count) {
    assembler_.Begin(first, count);
    SHADW_RETURN_IF_ERROR(assembler_.Complete(wanted_));
    for (uint32_t stripe = first; stripe < first + count; ++stripe) {
      NoteSources(stripe);
      for (size_t i = 0; i < targets_.size(); ++i) {
        const base::ByteSpan cell = assembler_.Cell(stripe, targets_[i].index);
        if (writings_[i].old_mac) writings_[i].old_mac->Update(cell);
        writings_[i].writer.AddCell(cell);
      }
    }
    return absl::OkStatus();
  }

  void NoteSources(uint32_t stripe) {
    for (Reading& reading : readings_) {
      if (!assembler_.Good(stripe, reading.index())) continue;
      reading.rebuilt |= assembler_.Rebuilt(stripe, reading.index());
      reading.used |= !assembler_.Rebuilt(stripe, reading.index());
      if (reading.stripes != stripe) continue;
      reading.mac.Update(assembler_.Cell(stripe, reading.index()));
      ++reading.stripes;
    }
  }

  // Shards that stood in for a damaged cell somewhere were not read in full. Rebuilding
  // what is damaged in them may draw in others, which comes to an end.
  absl::Status ReadRest() {
    while (true) {
      const auto rest = std::ranges::find_if(readings_, [&](const Reading& reading) {
        return reading.used && reading.stripes < assembler_.cells();
      });
      if (rest == readings_.end()) return absl::OkStatus();
      const uint16_t index = rest->index();
      while (rest->stripes < assembler_.cells()) {
        const uint32_t first = rest->stripes;
        const uint32_t count = std::min(assembler_.max_window(), assembler_.cells() - first);
        assembler_.Begin(first, count);
        SHADW_RETURN_IF_ERROR(assembler_.Complete({&index, 1}));
        for (uint32_t i = 0; i < count; ++i) NoteSources(first + i);
      }
    }
  }

  // True where every MAC holds. Otherwise leaves out who forged, if k others are left.
  // Where only shards with rebuilt cells contradict their MACs, nobody can tell whose
  // cells they were rebuilt wrongly from.
  absl::StatusOr<bool> ExcludeForgers() {
    std::optional<uint16_t> contradicted;
    bool excluded_one = false;
    for (Reading& reading : readings_) {
      if (!reading.used || reading.mac.Final() == reading.header->verify->body_mac) continue;
      contradicted = reading.index();
      if (reading.rebuilt) continue;
      assembler_.Exclude(reading.index(), true);
      excluded_[reading.index()] = true;
      excluded_one = true;
    }
    if (!contradicted) return true;
    const auto left = static_cast<size_t>(std::ranges::count_if(
        sources_, [&](const Header& header) { return !excluded_[header.audit.index]; }));
    if (!excluded_one || left < assembler_.geometry().code.data_shards) {
      return Contradiction(*contradicted);
    }
    return false;
  }

  absl::StatusOr<std::vector<RewrappedShard>> Finish() {
    const Header& sibling = sources_.front();
    for (size_t i = 0; i < targets_.size(); ++i) {
      if (writings_[i].old_mac &&
          writings_[i].old_mac->Final() != targets_[i].replaces->verify->body_mac) {
        return Contradiction(targets_[i].index);
      }
      shards_[i].public_root =
          writings_[i].writer.Finish(sibling.audit, *sibling.verify, sibling.sealed_read);
    }
    return std::move(shards_);
  }

  const ObjectKeys& keys_;
  std::span<const Header> sources_;
  std::span<const RewrapTarget> targets_;
  StripeAssembler assembler_;
  SealContext context_;
  std::vector<bool> excluded_;
  std::vector<uint16_t> wanted_;
  std::vector<Reading> readings_;
  std::vector<Writing> writings_;
  std::vector<RewrappedShard> shards_;
};

}  // namespace

absl::StatusOr<std::vector<RewrappedShard>> RewrapShards(const ObjectKeys& keys,
                                                         std::span<const Header> sources,
                                                         CellSource* source,
                                                         std::span<const RewrapTarget> targets,
                                                         const SealContext& context) {
  SHADW_RETURN_IF_ERROR(CheckArguments(keys, sources, targets));
  SHADW_ASSIGN_OR_RETURN(StripeAssembler assembler, StripeAssembler::Create(keys, sources, source));
  return Rewrapper(keys, sources, targets, std::move(assembler), context).Run();
}

}  // namespace shadw::shard
