// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/segment_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/merkle.h"
#include "libshadw/shard/subsets.h"

namespace shadw::shard {

SegmentReader::SegmentReader(StripeAssembler assembler, const ObjectKeys& keys,
                             std::span<const Header> shards, CellSource* source)
    : SegmentReader(std::move(assembler), shards.front()) {
  check_ = [keys, shards = std::vector<Header>(shards.begin(), shards.end()), source] {
    return CheckSegment(keys, shards, source);
  };
}

SegmentReader::SegmentReader(StripeAssembler assembler, const Header& header)
    : assembler_(std::move(assembler)),
      content_(header.read->content_key->bytes()),
      stripe_plain_(size_t{assembler_.geometry().chunk_bytes()} *
                    assembler_.geometry().code.data_shards),
      plain_bytes_(header.read->plain_bytes),
      chunks_(static_cast<uint32_t>(header.verify->sealed_bytes / header.audit.cell_bytes)),
      bound_(header.audit.has(kFlagBound)),
      content_root_(header.verify->content_root) {}

absl::StatusOr<SegmentReader> SegmentReader::Create(const ObjectKeys& keys,
                                                    std::span<const Header> shards,
                                                    CellSource* source) {
  if (!keys.may_read()) {
    return absl::PermissionDeniedError("shard: got keys that may not read, need the read key");
  }
  if (shards.empty() || shards.size() < shards.front().audit.data_shards) {
    return absl::FailedPreconditionError(
        absl::StrCat("shard: got ", shards.size(), " shards of a segment, need ",
                     shards.empty() ? 1 : shards.front().audit.data_shards));
  }
  for (const Header& header : shards) {
    if (!header.read || header.verify->read_box_hash != shards.front().verify->read_box_hash) {
      return absl::InvalidArgumentError(
          "shard: got headers of different attempts, or not opened for reading");
    }
  }
  SHADW_ASSIGN_OR_RETURN(StripeAssembler assembler, StripeAssembler::Create(keys, shards, source));
  return SegmentReader(std::move(assembler), keys, shards, source);
}

absl::Status SegmentReader::Read(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  if (offset > plain_bytes_ || bytes > plain_bytes_ - offset) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shard: got a range that ends at ", offset + bytes, ", need at most ", plain_bytes_));
  }
  if (bound_) return ReadBound(offset, bytes, sink);
  if (bytes == 0) return absl::OkStatus();
  uint64_t delivered = 0;
  absl::Status read = ReadStripes(offset, bytes, nullptr, [&](base::ByteSpan more) {
    SHADW_RETURN_IF_ERROR(sink(more));
    delivered += more.size();
    return absl::OkStatus();
  });
  if (!absl::IsDataLoss(read) || delivered == bytes) return read;
  const std::vector<uint16_t> forgers = ForgersByMac();
  if (forgers.empty()) return read;
  for (uint16_t j : forgers) assembler_.Exclude(j, true);
  absl::Status again = ReadStripes(offset + delivered, bytes - delivered, nullptr, sink);
  return absl::IsFailedPrecondition(again) ? read : again;
}

// Many colluding nodes leave too many choices of cells to try. The body MACs, whose key no
// auditor has, tell their shards at the price of reading the segment.
std::vector<uint16_t> SegmentReader::ForgersByMac() {
  std::vector<uint16_t> forgers;
  const absl::StatusOr<SegmentReport> report = check_();
  if (!report.ok()) return forgers;
  for (const ShardReport& shard : report->shards) {
    if (!shard.body_mac_holds.value_or(true)) forgers.push_back(shard.index);
  }
  for (const CellFault& fault : report->faults) assembler_.AddFault(fault);
  return forgers;
}

absl::Status SegmentReader::ReadStripes(uint64_t offset, uint64_t bytes,
                                        std::vector<Hash>* cell_hashes, const ByteSink& sink) {
  const uint64_t chunk_bytes = assembler_.geometry().chunk_bytes();
  const uint16_t k = assembler_.geometry().code.data_shards;
  const auto first_chunk = static_cast<uint32_t>(offset / chunk_bytes);
  const auto last_chunk =
      static_cast<uint32_t>((offset + std::max<uint64_t>(bytes, 1) - 1) / chunk_bytes);
  uint64_t skip = offset % chunk_bytes;
  uint64_t left = bytes;
  for (uint32_t stripe = first_chunk / k; stripe <= last_chunk / k;) {
    const uint32_t end = last_chunk / k + 1;
    uint32_t count = std::min(assembler_.max_window(), end - stripe);
    // A stripe of which the range covers only a part stands alone, so that the columns
    // of its neighbours are not fetched for it.
    const auto partial = [&](uint32_t s) {
      return first_chunk > s * k || last_chunk + 1 < std::min(chunks_, (s + 1) * k);
    };
    if (partial(stripe)) {
      count = 1;
    } else if (count > 1 && partial(stripe + count - 1)) {
      --count;
    }
    SHADW_RETURN_IF_ERROR(LoadWindow(stripe, count, first_chunk, last_chunk));
    for (uint32_t i = 0; i < count; ++i, ++stripe) {
      const uint32_t low = std::max(first_chunk, stripe * k);
      const uint32_t high = std::min(last_chunk, stripe * k + k - 1);
      const base::MutableByteSpan plain =
          stripe_plain_.span().first((high - low + 1) * chunk_bytes);
      SHADW_RETURN_IF_ERROR(OpenStripe(stripe, low, high, cell_hashes, plain));
      const uint64_t take = std::min(left, plain.size() - skip);
      SHADW_RETURN_IF_ERROR(sink(base::ByteSpan(plain).subspan(skip, take)));
      left -= take;
      skip = 0;
    }
  }
  return absl::OkStatus();
}

absl::Status SegmentReader::LoadWindow(uint32_t first, uint32_t count, uint32_t first_chunk,
                                       uint32_t last_chunk) {
  const uint16_t k = assembler_.geometry().code.data_shards;
  assembler_.Begin(first, count);
  for (uint32_t chunk = chunks_; chunk < (first + count) * k; ++chunk) {
    assembler_.SetZero(chunk / k, static_cast<uint16_t>(chunk % k));
  }
  // The columns that the range covers in this window: all of them where it has more
  // than one stripe.
  const uint32_t low = std::max(first_chunk, first * k);
  const uint32_t high = std::min(last_chunk, (first + count) * k - 1);
  std::vector<uint16_t> wanted;
  for (uint32_t chunk = low; chunk <= high && wanted.size() < k; ++chunk) {
    wanted.push_back(static_cast<uint16_t>(chunk % k));
  }
  return assembler_.Complete(wanted);
}

bool SegmentReader::OpenChunk(uint32_t chunk, base::ByteSpan cell, base::MutableByteSpan plain) {
  return content_.Open(ChunkNonce(chunk, chunk + 1 == chunks_), {}, cell, plain);
}

absl::Status SegmentReader::OpenStripe(uint32_t stripe, uint32_t first_chunk, uint32_t last_chunk,
                                       std::vector<Hash>* cell_hashes,
                                       base::MutableByteSpan plain) {
  const uint16_t k = assembler_.geometry().code.data_shards;
  const size_t chunk_bytes = assembler_.geometry().chunk_bytes();
  for (uint32_t chunk = first_chunk; chunk <= last_chunk; ++chunk) {
    const auto column = static_cast<uint16_t>(chunk % k);
    const base::MutableByteSpan out =
        plain.subspan((chunk - first_chunk) * chunk_bytes, chunk_bytes);
    if (!OpenChunk(chunk, assembler_.Cell(stripe, column), out)) {
      SHADW_RETURN_IF_ERROR(OpenForged(stripe, column, out));
    }
    if (cell_hashes != nullptr) {
      const base::ByteSpan cell = assembler_.Cell(stripe, column);
      hasher_.Hash(cell, cell.size(), &(*cell_hashes)[chunk]);
    }
  }
  return absl::OkStatus();
}

// All outer tags of what this cell was made from hold, and yet it does not open.
absl::Status SegmentReader::OpenForged(uint32_t stripe, uint16_t column,
                                       base::MutableByteSpan plain) {
  const erasure::Code code = assembler_.geometry().code;
  const uint32_t chunk = stripe * code.data_shards + column;
  std::vector<uint16_t> good;
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    assembler_.Load(j, stripe, 1);
    if (j != column && assembler_.Good(stripe, j) && !assembler_.Rebuilt(stripe, j)) {
      good.push_back(j);
    }
  }
  base::Buffer cell(assembler_.geometry().cell_bytes);
  base::Buffer trial_plain(plain.size());
  std::optional<base::Bytes> right;
  bool named = false;
  SubsetSequence subsets(good, code.data_shards);
  for (int tries = 0; tries < kMaxSubsets && !named; ++tries) {
    const std::optional<std::vector<uint16_t>> from = subsets.Next();
    if (!from) break;
    SHADW_RETURN_IF_ERROR(assembler_.Decode(stripe, *from, column, cell.span()));
    if (!OpenChunk(chunk, cell.span(), trial_plain.span())) continue;
    std::ranges::copy(trial_plain.span(), plain.begin());
    right = base::ToBytes(cell.span());
    named = bound_ || NameForgers(stripe, *from);
  }
  if (!right) {
    return absl::DataLossError(absl::StrCat("shard: stripe ", stripe,
                                            " holds forged cells, and no choice of ",
                                            code.data_shards, " cells is right"));
  }
  if (bound_) {
    // Whose they are shows once the content root holds: a reader's cells open too.
    if (forged_stripes_.empty() || forged_stripes_.back() != stripe) {
      forged_stripes_.push_back(stripe);
    }
  } else if (!named && !assembler_.Rebuilt(stripe, column)) {
    assembler_.AddFault({column, stripe, CellFault::Kind::kForged});
  }
  assembler_.Replace(stripe, column, *right);
  return absl::OkStatus();
}

// Names the cells that differ from what `from` gives, if `from` can be believed: all
// data cells of the stripe must open. One that opens is not enough, since two forged
// cells can be made to cancel out in it, and honest shards would be blamed.
bool SegmentReader::NameForgers(uint32_t stripe, std::span<const uint16_t> from) {
  const uint16_t k = assembler_.geometry().code.data_shards;
  const uint16_t total = assembler_.geometry().code.total_shards();
  base::Buffer expected(assembler_.geometry().cell_bytes);
  base::Buffer plain(assembler_.geometry().chunk_bytes());
  std::vector<uint16_t> forgers;
  for (uint16_t j = 0; j < total; ++j) {
    const bool trusted = std::ranges::find(from, j) != from.end();
    if (!trusted && !assembler_.Decode(stripe, from, j, expected.span()).ok()) return false;
    const base::ByteSpan cell = trusted ? assembler_.Cell(stripe, j) : expected.span();
    const uint32_t chunk = stripe * k + j;
    if (j < k && chunk < chunks_ && !OpenChunk(chunk, cell, plain.span())) return false;
    const bool fetched = assembler_.Good(stripe, j) && !assembler_.Rebuilt(stripe, j);
    if (fetched && !std::ranges::equal(cell, assembler_.Cell(stripe, j))) forgers.push_back(j);
  }
  for (uint16_t j : forgers) assembler_.AddFault({j, stripe, CellFault::Kind::kForged});
  return true;
}

absl::StatusOr<bool> SegmentReader::ReadAndCheckRoot(base::Buffer& plain) {
  std::vector<Hash> hashes(chunks_);
  size_t at = 0;
  SHADW_RETURN_IF_ERROR(ReadStripes(0, plain_bytes_, &hashes, [&](base::ByteSpan bytes) {
    std::ranges::copy(bytes, plain.span().begin() + static_cast<ptrdiff_t>(at));
    at += bytes.size();
    return absl::OkStatus();
  }));
  return crypto::MerkleRootPadded(hashes) == content_root_;
}

absl::Status SegmentReader::ReadBound(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  base::Buffer plain(plain_bytes_);
  forged_stripes_.clear();
  const absl::StatusOr<bool> right = ReadAndCheckRoot(plain);
  if (!right.ok() && right.status().code() != absl::StatusCode::kDataLoss) return right.status();
  if (!right.ok() || !*right) {
    SHADW_RETURN_IF_ERROR(ReadAroundForgers(plain));
  } else {
    for (uint32_t stripe : std::exchange(forged_stripes_, {})) NameBoundForgers(stripe, {});
  }
  if (bytes == 0) return absl::OkStatus();
  return sink(plain.span().subspan(offset, bytes));
}

// A reader who holds K_read can make cells that pass both tags. The signed root shows
// it, not where; so leave out some shards after others.
absl::Status SegmentReader::ReadAroundForgers(base::Buffer& plain) {
  std::vector<std::vector<uint16_t>> exclusions = Exclusions();
  if (std::vector<uint16_t> forgers = ForgersByMac(); !forgers.empty()) {
    exclusions.insert(exclusions.begin(), std::move(forgers));
  }
  for (const std::vector<uint16_t>& left_out : exclusions) {
    for (uint16_t j : left_out) assembler_.Exclude(j, true);
    const absl::StatusOr<bool> right = ReadAndCheckRoot(plain);
    const bool found = right.ok() && *right;
    for (uint32_t stripe = 0; found && stripe * assembler_.geometry().code.data_shards < chunks_;
         ++stripe) {
      NameBoundForgers(stripe, left_out);
    }
    for (uint16_t j : left_out) assembler_.Exclude(j, false);
    if (found) return absl::OkStatus();
  }
  return absl::DataLossError(
      "shard: the segment is bound and its content is not what the writer signed");
}

// Groups of half the spare shards find one forger, or neighbours, in few tries and
// leave spare shards for other damage; then one by one; then all but k.
std::vector<std::vector<uint16_t>> SegmentReader::Exclusions() const {
  const erasure::Code code = assembler_.geometry().code;
  std::vector<uint16_t> present;
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    if (assembler_.has_shard(j)) present.push_back(j);
  }
  std::vector<std::vector<uint16_t>> exclusions;
  if (present.size() <= code.data_shards) return exclusions;
  const size_t spare = present.size() - code.data_shards;
  for (size_t group = (spare + 1) / 2;; group = 1) {
    for (size_t at = 0; at < present.size(); at += group) {
      const auto begin = present.begin() + static_cast<ptrdiff_t>(at);
      exclusions.emplace_back(begin,
                              begin + static_cast<ptrdiff_t>(std::min(group, present.size() - at)));
    }
    if (group == 1) break;
  }
  SubsetSequence subsets(present, spare);
  while (exclusions.size() < kMaxSubsets) {
    std::optional<std::vector<uint16_t>> subset = subsets.Next();
    if (!subset) break;
    exclusions.push_back(*std::move(subset));
  }
  if (exclusions.size() > kMaxSubsets) exclusions.resize(kMaxSubsets);
  return exclusions;
}

// The content root held without `left_out`: what is read in the same way again is
// right, and whatever differs from it was forged.
void SegmentReader::NameBoundForgers(uint32_t stripe, std::span<const uint16_t> left_out) {
  const erasure::Code code = assembler_.geometry().code;
  const size_t cell_bytes = assembler_.geometry().cell_bytes;
  std::vector<std::optional<Hash>> found(code.total_shards());
  for (uint16_t j : left_out) assembler_.Exclude(j, false);
  assembler_.Begin(stripe, 1);
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    assembler_.Load(j, stripe, 1);
    if (!assembler_.Good(stripe, j)) continue;
    hasher_.Hash(assembler_.Cell(stripe, j), cell_bytes, &found[j].emplace());
  }
  for (uint16_t j : left_out) assembler_.Exclude(j, true);
  assembler_.Begin(stripe, 1);
  for (uint16_t j = 0; j < code.data_shards; ++j) {
    if (stripe * code.data_shards + j >= chunks_) assembler_.SetZero(stripe, j);
  }
  std::vector<uint16_t> data(code.data_shards);
  std::iota(data.begin(), data.end(), uint16_t{0});
  if (!assembler_.Complete(data).ok()) return;
  base::Buffer plain(assembler_.geometry().chunk_bytes());
  for (uint16_t j : data) {
    const uint32_t chunk = stripe * code.data_shards + j;
    if (chunk >= chunks_ || OpenChunk(chunk, assembler_.Cell(stripe, j), plain.span())) continue;
    if (!OpenForged(stripe, j, plain.span()).ok()) return;
  }
  base::Buffer parity(cell_bytes);
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    if (!found[j]) continue;
    if (j >= code.data_shards && !assembler_.Decode(stripe, data, j, parity.span()).ok()) return;
    Hash expected;
    hasher_.Hash(j < code.data_shards ? assembler_.Cell(stripe, j) : parity.span(), cell_bytes,
                 &expected);
    if (*found[j] != expected) assembler_.AddFault({j, stripe, CellFault::Kind::kForged});
  }
}

}  // namespace shadw::shard
