// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/segment_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/in_order.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/merkle.h"
#include "libshadw/shard/subsets.h"

namespace shadw::shard {

namespace {

// Plaintext is handed on in pieces that stay in cache.
constexpr size_t kPieceBytes = 128 * 1024;

uint32_t ChunksOf(const Header& header) {
  return static_cast<uint32_t>(header.verify->sealed_bytes / header.audit.cell_bytes);
}

size_t PieceChunks(const Geometry& geometry) {
  return std::clamp<size_t>(kPieceBytes / geometry.chunk_bytes(), 1, geometry.code.data_shards);
}

}  // namespace

SegmentReader::SegmentReader(WindowReader main, const ObjectKeys& keys,
                             std::span<const Header> shards, CellSource* source,
                             base::WorkPool* pool)
    : keys_(keys),
      headers_(shards.begin(), shards.end()),
      source_(source),
      pool_(pool),
      main_(std::move(main)),
      chunks_plain_(PieceChunks(assembler().geometry()) * assembler().geometry().chunk_bytes()),
      plain_bytes_(shards.front().read->plain_bytes),
      chunks_(ChunksOf(shards.front())),
      bound_(shards.front().audit.has(kFlagBound)),
      content_root_(shards.front().verify->content_root) {}

absl::StatusOr<SegmentReader> SegmentReader::Create(const ObjectKeys& keys,
                                                    std::span<const Header> shards,
                                                    CellSource* source, base::WorkPool* pool,
                                                    base::Buffer room) {
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
  WindowReader main(std::move(assembler), *shards.front().read->content_key,
                    ChunksOf(shards.front()));
  SegmentReader reader(std::move(main), keys, shards, source, pool);
  reader.bound_plain_ = std::move(room);
  return reader;
}

absl::Status SegmentReader::Read(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  if (offset > plain_bytes_ || bytes > plain_bytes_ - offset) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shard: got a range that ends at ", offset + bytes, ", need at most ", plain_bytes_));
  }
  if (bound_) return ReadBound(offset, bytes, sink);
  if (bytes == 0) return absl::OkStatus();
  uint64_t delivered = 0;
  const ByteSink counted = [&](base::ByteSpan more) {
    SHADW_RETURN_IF_ERROR(sink(more));
    delivered += more.size();
    return absl::OkStatus();
  };
  absl::Status read = ReadStripes(offset, bytes, {.sink = &counted});
  if (!absl::IsDataLoss(read) || delivered == bytes) return read;
  const std::vector<uint16_t> forgers = ForgersByMac();
  if (forgers.empty()) return read;
  for (uint16_t j : forgers) assembler().Exclude(j, true);
  left_out_ = true;
  absl::Status again = ReadStripes(offset + delivered, bytes - delivered, {.sink = &sink});
  return absl::IsFailedPrecondition(again) ? read : again;
}

// Many colluding nodes leave too many choices of cells to try. The body MACs, whose key no
// auditor has, tell their shards at the price of reading the segment.
std::vector<uint16_t> SegmentReader::ForgersByMac() {
  std::vector<uint16_t> forgers;
  const absl::StatusOr<SegmentReport> report = CheckSegment(keys_, headers_, source_);
  if (!report.ok()) return forgers;
  for (const ShardReport& shard : report->shards) {
    if (!shard.body_mac_holds.value_or(true)) forgers.push_back(shard.index);
  }
  AddFaults(report->faults);
  return forgers;
}

base::ByteSpan SegmentReader::Wanted(const Window& window, base::ByteSpan plain) const {
  const uint64_t begin = uint64_t{window.first_chunk} * assembler().geometry().chunk_bytes();
  const uint64_t low = std::max(begin, range_begin_);
  const uint64_t high = std::min(begin + plain.size(), range_end_);
  return plain.subspan(low - begin, high - low);
}

absl::Status SegmentReader::ReadStripes(uint64_t offset, uint64_t bytes, const Target& target) {
  const Geometry& geometry = assembler().geometry();
  range_begin_ = offset;
  range_end_ = offset + bytes;
  const auto first = static_cast<uint32_t>(offset / geometry.chunk_bytes());
  const auto last =
      static_cast<uint32_t>((offset + std::max<uint64_t>(bytes, 1) - 1) / geometry.chunk_bytes());
  const std::vector<Window> windows =
      CutWindows(first, last, chunks_, geometry.code.data_shards, assembler().max_window());
  if (!left_out_ && base::LanesFor(pool_, windows.size()) > 1) {
    return ReadOnThreads(windows, target);
  }
  for (const Window& window : windows) {
    SHADW_RETURN_IF_ERROR(ReadWindow(window, target));
  }
  return absl::OkStatus();
}

void SegmentReader::AddFaults(std::span<const CellFault> faults) {
  for (const CellFault& fault : faults) {
    if (faults_.size() >= kMaxFaults || std::ranges::find(faults_, fault) != faults_.end())
      continue;
    faults_.push_back(fault);
  }
}

absl::Status SegmentReader::ReadWindow(const Window& window, const Target& target) {
  absl::Status read = OpenWindow(window, target);
  AddFaults(assembler().TakeFaults());
  return read;
}

absl::Status SegmentReader::OpenWindow(const Window& window, const Target& target) {
  const size_t chunk_bytes = assembler().geometry().chunk_bytes();
  const uint32_t k = assembler().geometry().code.data_shards;
  const auto at_once = static_cast<uint32_t>(chunks_plain_.size() / chunk_bytes);
  main_.Begin(window, target.hashes);
  for (uint32_t first = window.first_chunk; first <= window.last_chunk;) {
    const uint32_t last = std::min(window.last_chunk, first + at_once - 1);
    const base::MutableByteSpan all =
        target.sink != nullptr ? chunks_plain_.span() : target.plain.subspan(first * chunk_bytes);
    const base::MutableByteSpan plain = all.first((last - first + 1) * chunk_bytes);
    for (uint32_t chunk = first; chunk <= last; ++chunk) {
      const base::MutableByteSpan out = plain.subspan((chunk - first) * chunk_bytes, chunk_bytes);
      const absl::Status opened = main_.Open(chunk, out);
      if (!absl::IsDataLoss(opened)) {
        SHADW_RETURN_IF_ERROR(opened);
        continue;
      }
      SHADW_RETURN_IF_ERROR(OpenForged(chunk / k, static_cast<uint16_t>(chunk % k), out));
    }
    if (target.sink != nullptr) {
      SHADW_RETURN_IF_ERROR((*target.sink)(Wanted({first, last}, plain)));
    }
    first = last + 1;
  }
  return absl::OkStatus();
}

// Made by the thread that is to use it. Null where it cannot be made, which the main one
// will report.
WindowReader* SegmentReader::LaneOf(size_t lane) {
  if (lane == 0) return &main_;
  if (!lanes_[lane]) {
    auto own = StripeAssembler::Create(keys_, headers_, source_);
    if (!own.ok()) return nullptr;
    lanes_[lane].emplace(*std::move(own), *headers_.front().read->content_key, chunks_);
  }
  return &*lanes_[lane];
}

// A window where anything but rebuilding was needed is read once more when its turn has
// come, in the way that finds out what is wrong.
absl::Status SegmentReader::ReadOnThreads(std::span<const Window> windows, const Target& target) {
  const Geometry& geometry = assembler().geometry();
  const size_t lanes = base::LanesFor(pool_, windows.size());
  if (lanes_.size() < lanes) lanes_.resize(lanes);
  const size_t window_bytes =
      size_t{assembler().max_window()} * geometry.code.data_shards * geometry.chunk_bytes();
  while (slots_.size() < 2 * lanes) {
    slots_.emplace_back().plain = base::Buffer(target.sink != nullptr ? window_bytes : 0);
  }
  const auto work = [&](size_t lane, size_t item, size_t slot) {
    ReadAside(lane, windows[item], target, slots_[slot]);
  };
  const auto take = [&](size_t item, size_t at) {
    const Slot& slot = slots_[at];
    if (!slot.status.ok()) return ReadWindow(windows[item], target);
    AddFaults(slot.faults);
    if (target.sink == nullptr) return absl::OkStatus();
    const size_t chunks = windows[item].last_chunk - windows[item].first_chunk + 1;
    const size_t bytes = chunks * assembler().geometry().chunk_bytes();
    return (*target.sink)(Wanted(windows[item], slot.plain.span().first(bytes)));
  };
  return base::RunInOrder(pool_, {.items = windows.size(), .slots = slots_.size()}, work, take);
}

void SegmentReader::ReadAside(size_t lane_number, const Window& window, const Target& target,
                              Slot& slot) {
  WindowReader* const lane = LaneOf(lane_number);
  slot.status = lane == nullptr ? absl::InternalError("shard: no assembler") : absl::OkStatus();
  if (lane == nullptr) return;
  const size_t chunk_bytes = lane->assembler().geometry().chunk_bytes();
  const base::MutableByteSpan plain = target.sink != nullptr
                                          ? slot.plain.span()
                                          : target.plain.subspan(window.first_chunk * chunk_bytes);
  lane->Begin(window, target.hashes);
  for (uint32_t chunk = window.first_chunk; slot.status.ok() && chunk <= window.last_chunk;
       ++chunk) {
    const size_t at = (chunk - window.first_chunk) * chunk_bytes;
    slot.status = lane->Open(chunk, plain.subspan(at, chunk_bytes));
  }
  lane->HashOpened();
  slot.faults = lane->assembler().TakeFaults();
}

// All outer tags of what this cell was made from hold, and yet it does not open.
absl::Status SegmentReader::OpenForged(uint32_t stripe, uint16_t column,
                                       base::MutableByteSpan plain) {
  const erasure::Code code = assembler().geometry().code;
  const uint32_t chunk = stripe * code.data_shards + column;
  std::vector<uint16_t> good;
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    assembler().Load(j, stripe, 1);
    if (j != column && assembler().Good(stripe, j) && !assembler().Rebuilt(stripe, j)) {
      good.push_back(j);
    }
  }
  base::Buffer cell(assembler().geometry().cell_bytes);
  base::Buffer trial_plain(plain.size());
  std::optional<base::Bytes> right;
  bool named = false;
  SubsetSequence subsets(good, code.data_shards);
  for (int tries = 0; tries < kMaxSubsets && !named; ++tries) {
    const std::optional<std::vector<uint16_t>> from = subsets.Next();
    if (!from) break;
    SHADW_RETURN_IF_ERROR(assembler().Decode(stripe, *from, column, cell.span()));
    if (!main_.OpenCell(chunk, cell.span(), trial_plain.span())) continue;
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
  } else if (!named && !assembler().Rebuilt(stripe, column)) {
    assembler().AddFault({column, stripe, CellFault::Kind::kForged});
  }
  assembler().Replace(stripe, column, *right);
  return absl::OkStatus();
}

// Names the cells that differ from what `from` gives, if `from` can be believed: all
// data cells of the stripe must open. One that opens is not enough, since two forged
// cells can be made to cancel out in it, and honest shards would be blamed.
bool SegmentReader::NameForgers(uint32_t stripe, std::span<const uint16_t> from) {
  const uint16_t k = assembler().geometry().code.data_shards;
  const uint16_t total = assembler().geometry().code.total_shards();
  base::Buffer expected(assembler().geometry().cell_bytes);
  base::Buffer plain(assembler().geometry().chunk_bytes());
  std::vector<uint16_t> forgers;
  for (uint16_t j = 0; j < total; ++j) {
    const bool trusted = std::ranges::find(from, j) != from.end();
    if (!trusted && !assembler().Decode(stripe, from, j, expected.span()).ok()) return false;
    const base::ByteSpan cell = trusted ? assembler().Cell(stripe, j) : expected.span();
    const uint32_t chunk = stripe * k + j;
    if (j < k && chunk < chunks_ && !main_.OpenCell(chunk, cell, plain.span())) return false;
    const bool fetched = assembler().Good(stripe, j) && !assembler().Rebuilt(stripe, j);
    if (fetched && !std::ranges::equal(cell, assembler().Cell(stripe, j))) forgers.push_back(j);
  }
  for (uint16_t j : forgers) assembler().AddFault({j, stripe, CellFault::Kind::kForged});
  return true;
}

absl::StatusOr<bool> SegmentReader::ReadAndCheckRoot() {
  main_.ForgetOpened();
  bound_hashes_.resize(chunks_);
  const Target target{.plain = bound_plain_.span(), .hashes = &bound_hashes_};
  SHADW_RETURN_IF_ERROR(ReadStripes(0, plain_bytes_, target));
  main_.HashOpened();
  return crypto::MerkleRootPadded(bound_hashes_) == content_root_;
}

absl::Status SegmentReader::ReadBound(uint64_t offset, uint64_t bytes, const ByteSink& sink) {
  if (!root_holds_) SHADW_RETURN_IF_ERROR(ReadWhole());
  if (bytes == 0) return absl::OkStatus();
  return sink(bound_plain_.span().subspan(offset, bytes));
}

absl::Status SegmentReader::ReadWhole() {
  const size_t room_bytes = size_t{chunks_} * assembler().geometry().chunk_bytes();
  if (bound_plain_.size() < room_bytes) bound_plain_ = base::Buffer(room_bytes);
  forged_stripes_.clear();
  const absl::StatusOr<bool> right = ReadAndCheckRoot();
  if (!right.ok() && right.status().code() != absl::StatusCode::kDataLoss) return right.status();
  if (!right.ok() || !*right) {
    SHADW_RETURN_IF_ERROR(ReadAroundForgers());
  } else {
    for (uint32_t stripe : std::exchange(forged_stripes_, {})) NameBoundForgers(stripe, {});
  }
  root_holds_ = true;
  return absl::OkStatus();
}

// A reader who holds K_read can make cells that pass both tags. The signed root shows
// it, not where; so leave out some shards after others.
absl::Status SegmentReader::ReadAroundForgers() {
  std::vector<std::vector<uint16_t>> exclusions = Exclusions();
  if (std::vector<uint16_t> forgers = ForgersByMac(); !forgers.empty()) {
    exclusions.insert(exclusions.begin(), std::move(forgers));
  }
  left_out_ = true;
  for (const std::vector<uint16_t>& left_out : exclusions) {
    for (uint16_t j : left_out) assembler().Exclude(j, true);
    const absl::StatusOr<bool> right = ReadAndCheckRoot();
    const bool found = right.ok() && *right;
    for (uint32_t stripe = 0; found && stripe * assembler().geometry().code.data_shards < chunks_;
         ++stripe) {
      NameBoundForgers(stripe, left_out);
    }
    for (uint16_t j : left_out) assembler().Exclude(j, false);
    if (found) return absl::OkStatus();
  }
  return absl::DataLossError(
      "shard: the segment is bound and its content is not what the writer signed");
}

// Groups of half the spare shards find one forger, or neighbours, in few tries and
// leave spare shards for other damage; then one by one; then all but k.
std::vector<std::vector<uint16_t>> SegmentReader::Exclusions() const {
  const erasure::Code code = assembler().geometry().code;
  std::vector<uint16_t> present;
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    if (assembler().has_shard(j)) present.push_back(j);
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
  const erasure::Code code = assembler().geometry().code;
  const size_t cell_bytes = assembler().geometry().cell_bytes;
  std::vector<std::optional<Hash>> found(code.total_shards());
  for (uint16_t j : left_out) assembler().Exclude(j, false);
  assembler().Begin(stripe, 1);
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    assembler().Load(j, stripe, 1);
    if (!assembler().Good(stripe, j)) continue;
    hasher_.Hash(assembler().Cell(stripe, j), cell_bytes, &found[j].emplace());
  }
  for (uint16_t j : left_out) assembler().Exclude(j, true);
  assembler().Begin(stripe, 1);
  std::vector<uint16_t> data(code.data_shards);
  std::iota(data.begin(), data.end(), uint16_t{0});
  if (!assembler().Complete(data).ok()) return;
  base::Buffer plain(assembler().geometry().chunk_bytes());
  for (uint16_t j : data) {
    const uint32_t chunk = stripe * code.data_shards + j;
    if (chunk >= chunks_ || main_.OpenCell(chunk, assembler().Cell(stripe, j), plain.span()))
      continue;
    if (!OpenForged(stripe, j, plain.span()).ok()) return;
  }
  base::Buffer parity(cell_bytes);
  for (uint16_t j = 0; j < code.total_shards(); ++j) {
    if (!found[j]) continue;
    if (j >= code.data_shards && !assembler().Decode(stripe, data, j, parity.span()).ok()) return;
    Hash expected;
    hasher_.Hash(j < code.data_shards ? assembler().Cell(stripe, j) : parity.span(), cell_bytes,
                 &expected);
    if (*found[j] != expected) assembler().AddFault({j, stripe, CellFault::Kind::kForged});
  }
  AddFaults(assembler().TakeFaults());
}

}  // namespace shadw::shard
