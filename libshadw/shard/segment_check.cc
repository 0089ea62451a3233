// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/segment_check.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/merkle.h"
#include "libshadw/shard/segment_reader.h"
#include "libshadw/shard/shard_writer.h"
#include "libshadw/shard/subsets.h"

namespace shadw::shard {
namespace {

constexpr base::ByteArray<12> kMacNonce{};

// What is gathered about one shard while its cells pass by.
struct Tally {
  std::optional<crypto::Gmac> mac;
  std::vector<Hash> leaves;
};

class Checker {
 public:
  Checker(StripeAssembler assembler, std::span<const Header> shards, const ObjectKeys& keys)
      : assembler_(std::move(assembler)),
        shards_(shards),
        expected_(assembler_.geometry().cell_bytes) {
    const uint32_t cell_bytes = assembler_.geometry().cell_bytes;
    for (const Header& header : shards) {
      Tally& tally = tallies_.emplace_back();
      if (keys.may_verify() && header.verify) {
        tally.mac.emplace(keys.BodyMacKey(header.nonce).bytes(), kMacNonce);
      }
      if (!header.audit.has(kFlagPrivate)) {
        tally.leaves.resize(size_t{assembler_.cells()} * LeavesPerCell(cell_bytes));
      }
      report_.shards.push_back({.index = header.audit.index});
    }
  }

  absl::StatusOr<SegmentReport> Run() && {
    for (uint32_t stripe = 0; stripe < assembler_.cells();) {
      const uint32_t count = std::min(assembler_.max_window(), assembler_.cells() - stripe);
      assembler_.Begin(stripe, count);
      for (size_t i = 0; i < shards_.size(); ++i) LoadShard(i, stripe, count);
      for (uint32_t end = stripe + count; stripe < end; ++stripe) {
        SHADW_ASSIGN_OR_RETURN(const bool agrees, Agrees(stripe));
        if (!agrees) suspicious_.push_back(stripe);
      }
    }
    for (size_t i = 0; i < shards_.size(); ++i) Conclude(i);
    for (uint32_t stripe : suspicious_) SHADW_RETURN_IF_ERROR(Judge(stripe));
    report_.faults = assembler_.faults();
    return std::move(report_);
  }

 private:
  void LoadShard(size_t i, uint32_t stripe, uint32_t count) {
    const uint16_t index = shards_[i].audit.index;
    assembler_.Load(index);
    const size_t stored_bytes = assembler_.geometry().stored_cell_bytes();
    const uint32_t leaves = LeavesPerCell(assembler_.geometry().cell_bytes);
    uint32_t first = 0;  // of a run of good cells: hashed together they fill the lanes
    const auto hash_run_to = [&](uint32_t end) {
      if (first < end && !tallies_[i].leaves.empty()) {
        const base::ByteSpan run =
            assembler_.last_fetched().subspan(first * stored_bytes, (end - first) * stored_bytes);
        hasher_.Hash(run, stored_bytes / leaves,
                     &tallies_[i].leaves[size_t{stripe + first} * leaves]);
      }
      first = end + 1;
    };
    for (uint32_t c = 0; c < count; ++c) {
      if (!assembler_.Good(stripe + c, index)) {
        ++report_.shards[i].bad_cells;
        hash_run_to(c);
        continue;
      }
      if (tallies_[i].mac) tallies_[i].mac->Update(assembler_.Cell(stripe + c, index));
    }
    hash_run_to(count);
  }

  void Conclude(size_t i) {
    ShardReport& report = report_.shards[i];
    if (report.bad_cells != 0) return;
    Tally& tally = tallies_[i];
    if (!tally.leaves.empty()) {
      report.body_root_holds = crypto::MerkleRoot(tally.leaves) == shards_[i].audit.body_root;
    }
    if (tally.mac) report.body_mac_holds = tally.mac->Final() == shards_[i].verify->body_mac;
  }

  // The cells among `good` that `from` contradicts.
  absl::StatusOr<std::vector<uint16_t>> Contradicted(uint32_t stripe,
                                                     std::span<const uint16_t> good,
                                                     std::span<const uint16_t> from) {
    std::vector<uint16_t> wrong;
    for (uint16_t j : good) {
      if (std::ranges::find(from, j) != from.end()) continue;
      SHADW_RETURN_IF_ERROR(assembler_.Decode(stripe, from, j, expected_.span()));
      if (!std::ranges::equal(expected_.span(), assembler_.Cell(stripe, j))) wrong.push_back(j);
    }
    return wrong;
  }

  // The shards whose cell of this stripe is there and passes its outer tag, by index.
  std::vector<uint16_t> GoodShards(uint32_t stripe) const {
    std::vector<uint16_t> good;
    for (const Header& header : shards_) {
      if (assembler_.Good(stripe, header.audit.index)) good.push_back(header.audit.index);
    }
    std::ranges::sort(good);
    return good;
  }

  absl::StatusOr<bool> Agrees(uint32_t stripe) {
    const std::vector<uint16_t> good = GoodShards(stripe);
    const size_t k = assembler_.geometry().code.data_shards;
    if (good.size() <= k) return true;
    SHADW_ASSIGN_OR_RETURN(const std::vector<uint16_t> wrong,
                           Contradicted(stripe, good, std::span(good).first(k)));
    return wrong.empty();
  }

  // Of `good`, those with the given verdict of the body MAC.
  std::vector<uint16_t> WithMac(std::span<const uint16_t> good, std::optional<bool> verdict) const {
    std::vector<uint16_t> chosen;
    for (const ShardReport& shard : report_.shards) {
      if (shard.body_mac_holds == verdict && std::ranges::find(good, shard.index) != good.end()) {
        chosen.push_back(shard.index);
      }
    }
    std::ranges::sort(chosen);
    return chosen;
  }

  // k cells to measure the others by: those that the fewest of `believed` contradict.
  // Nothing where no majority stands behind them: k cells always agree with themselves.
  absl::StatusOr<std::optional<std::vector<uint16_t>>> Measure(
      uint32_t stripe, const std::vector<uint16_t>& believed) {
    const size_t k = assembler_.geometry().code.data_shards;
    SubsetSequence subsets(believed, k);
    std::optional<std::vector<uint16_t>> best;
    size_t fewest = believed.size();
    for (int tries = 0; tries < kMaxSubsets; ++tries) {
      std::optional<std::vector<uint16_t>> from = subsets.Next();
      if (!from) break;
      SHADW_ASSIGN_OR_RETURN(const std::vector<uint16_t> wrong,
                             Contradicted(stripe, believed, *from));
      if (wrong.size() < fewest) {
        fewest = wrong.size();
        best = std::move(from);
      }
      // No other choice can do better: two sets of cells differ in more than spare places.
      if (2 * fewest <= believed.size() - k) break;
    }
    if (believed.size() - fewest <= k) return std::nullopt;
    return best;
  }

  // Cells of this stripe contradict each other: finds out whose. A body MAC that holds
  // counts for more than a majority, which auditors and their nodes can be.
  absl::Status Judge(uint32_t stripe) {
    const size_t k = assembler_.geometry().code.data_shards;
    assembler_.Begin(stripe, 1);
    for (const Header& header : shards_) assembler_.Load(header.audit.index);
    const std::vector<uint16_t> good = GoodShards(stripe);
    std::vector<uint16_t> believed = WithMac(good, true);
    std::optional<std::vector<uint16_t>> from;
    if (believed.size() == k) {
      from = believed;
    } else {
      if (believed.size() < k) std::ranges::copy(WithMac(good, {}), std::back_inserter(believed));
      std::ranges::sort(believed);
      if (believed.size() > k) {
        SHADW_ASSIGN_OR_RETURN(from, Measure(stripe, believed));
      }
    }
    if (!from) {
      report_.contradictory_stripes.push_back(stripe);
      return absl::OkStatus();
    }
    SHADW_ASSIGN_OR_RETURN(const std::vector<uint16_t> wrong, Contradicted(stripe, good, *from));
    for (uint16_t j : wrong) {
      assembler_.AddFault({j, stripe, CellFault::Kind::kForged});
      for (ShardReport& shard : report_.shards) shard.bad_cells += shard.index == j;
    }
    return absl::OkStatus();
  }

  StripeAssembler assembler_;
  std::span<const Header> shards_;
  base::Buffer expected_;
  crypto::LeafHasher hasher_;
  std::vector<Tally> tallies_;
  std::vector<uint32_t> suspicious_;
  SegmentReport report_;
};

}  // namespace

absl::StatusOr<SegmentReport> CheckSegment(const ObjectKeys& keys, std::span<const Header> shards,
                                           CellSource* source) {
  SHADW_ASSIGN_OR_RETURN(StripeAssembler assembler, StripeAssembler::Create(keys, shards, source));
  return Checker(std::move(assembler), shards, keys).Run();
}

}  // namespace shadw::shard
