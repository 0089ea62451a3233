// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/stripe_assembler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::shard {
namespace {

constexpr size_t kStaggerBytes = 320;

bool OfOneSegment(const Header& a, const Header& b) {
  const bool same_attempt =
      !a.verify || !b.verify || a.verify->read_box_hash == b.verify->read_box_hash;
  return same_attempt && a.audit.version == b.audit.version && a.audit.segment == b.audit.segment &&
         a.audit.data_shards == b.audit.data_shards &&
         a.audit.total_shards == b.audit.total_shards && a.audit.cell_bytes == b.audit.cell_bytes &&
         a.audit.cells == b.audit.cells;
}

uint32_t WindowFor(const Geometry& geometry, uint32_t cells) {
  const size_t stripe_bytes = size_t{geometry.cell_bytes} * geometry.code.total_shards();
  const auto fits = static_cast<uint32_t>(std::max<size_t>(1, kWindowBytes / stripe_bytes));
  return std::min({fits, kMaxWindowStripes, cells});
}

}  // namespace

StripeAssembler::StripeAssembler(const Geometry& geometry, uint32_t cells,
                                 erasure::ReedSolomon coder)
    : geometry_(geometry),
      cells_(cells),
      max_window_(WindowFor(geometry, cells)),
      coder_(std::move(coder)),
      slots_(geometry.code.total_shards()),
      excluded_(geometry.code.total_shards()),
      inner_((geometry.cell_bytes + kStaggerBytes) * geometry.code.total_shards() * max_window_),
      scratch_(size_t{geometry.stored_cell_bytes()} * max_window_ * geometry.code.total_shards()),
      fetched_(geometry.code.total_shards()),
      states_(size_t{geometry.code.total_shards()} * max_window_) {}

absl::StatusOr<StripeAssembler> StripeAssembler::Create(const ObjectKeys& keys,
                                                        std::span<const Header> shards,
                                                        CellSource* source) {
  if (shards.empty()) {
    return absl::FailedPreconditionError("shard: got 0 shards of a segment, need at least 1");
  }
  const AuditBox& first = shards.front().audit;
  const Geometry geometry{
      .code = {first.data_shards, static_cast<uint16_t>(first.total_shards - first.data_shards)},
      .cell_bytes = first.cell_bytes,
      .max_stripes = first.cells};
  SHADW_RETURN_IF_ERROR(geometry.Validate());
  SHADW_ASSIGN_OR_RETURN(erasure::ReedSolomon coder,
                         erasure::ReedSolomon::Create({.code = geometry.code}));
  StripeAssembler assembler(geometry, first.cells, std::move(coder));
  assembler.source_ = source;
  for (const Header& header : shards) {
    const AuditBox& audit = header.audit;
    if (!OfOneSegment(shards.front(), header)) {
      return absl::InvalidArgumentError(
          "shard: got headers of different segments or attempts, need those of one");
    }
    auto& slot = assembler.slots_[audit.index];
    if (slot) {
      return absl::InvalidArgumentError(
          absl::StrCat("shard: got two headers of shard ", audit.index));
    }
    slot.emplace(Slot{crypto::AesGcm(keys.OuterKey(audit.address(), header.nonce).bytes()),
                      WrapBinding(keys.id(), audit.address())});
  }
  return assembler;
}

bool StripeAssembler::IsZero(uint32_t stripe, uint16_t index) const {
  return index < geometry_.code.data_shards &&
         stripe * geometry_.code.data_shards + index >= zero_from_;
}

void StripeAssembler::Begin(uint32_t first_stripe, uint32_t stripes, uint32_t fetch_end,
                            bool keep) {
  first_place_ = keep ? (first_place_ + stripes_) % max_window_ : 0;
  const bool goes_on = fetch_end == fetch_end_ && first_stripe == first_ + stripes_;
  first_ = first_stripe;
  stripes_ = std::min({stripes, max_window_, cells_ - std::min(cells_, first_stripe)});
  fetch_end_ = std::clamp(fetch_end, first_ + stripes_, first_ + max_window_);
  std::ranges::fill(states_, State::kUnknown);
  for (Fetched& fetched : fetched_) {
    // A source that failed is asked again, but not in the midst of what was fetched.
    if (goes_on) break;
    const size_t bytes = size_t{fetched.count} * geometry_.stored_cell_bytes();
    if (fetched.bytes.size() < bytes) fetched = {};
  }
  for (uint32_t stripe = first_; stripe < first_ + stripes_; ++stripe) {
    for (uint16_t j = 0; j < geometry_.code.data_shards; ++j) {
      if (!IsZero(stripe, j)) continue;
      std::ranges::fill(MutableCell(stripe, j), uint8_t{0});
      state(stripe, j) = State::kGood;
    }
  }
}

StripeAssembler::State& StripeAssembler::state(uint32_t stripe, uint16_t index) {
  return states_[size_t{stripe - first_} * geometry_.code.total_shards() + index];
}

StripeAssembler::State StripeAssembler::state(uint32_t stripe, uint16_t index) const {
  return states_[size_t{stripe - first_} * geometry_.code.total_shards() + index];
}

size_t StripeAssembler::PlaceOf(uint32_t stripe, uint16_t index) const {
  const size_t slot =
      size_t{(first_place_ + stripe - first_) % max_window_} * geometry_.code.total_shards() +
      index;
  return slot * (geometry_.cell_bytes + kStaggerBytes);
}

base::MutableByteSpan StripeAssembler::MutableCell(uint32_t stripe, uint16_t index) {
  return inner_.span().subspan(PlaceOf(stripe, index), geometry_.cell_bytes);
}

base::ByteSpan StripeAssembler::Cell(uint32_t stripe, uint16_t index) const {
  return inner_.span().subspan(PlaceOf(stripe, index), geometry_.cell_bytes);
}

bool StripeAssembler::Good(uint32_t stripe, uint16_t index) const {
  const State now = state(stripe, index);
  return now == State::kGood || now == State::kRebuilt;
}

bool StripeAssembler::Rebuilt(uint32_t stripe, uint16_t index) const {
  return state(stripe, index) == State::kRebuilt;
}

void StripeAssembler::Replace(uint32_t stripe, uint16_t index, base::ByteSpan cell) {
  std::ranges::copy(cell, MutableCell(stripe, index).begin());
  state(stripe, index) = State::kRebuilt;
}

void StripeAssembler::AddFault(const CellFault& fault) {
  if (faults_.size() >= kMaxFaults || std::ranges::find(faults_, fault) != faults_.end()) return;
  faults_.push_back(fault);
}

const StripeAssembler::Fetched& StripeAssembler::Fetch(uint16_t index, uint32_t first,
                                                       uint32_t count) {
  Fetched& fetched = fetched_[index];
  if (fetched.Covers(first, count)) return fetched;
  const size_t stored_bytes = geometry_.stored_cell_bytes();
  const base::MutableByteSpan room =
      scratch_.span().subspan(index * max_window_ * stored_bytes, count * stored_bytes);
  const auto bytes = source_->Fetch(index, first, count, room);
  fetched = {first, count, bytes.ok() ? *bytes : base::ByteSpan()};
  return fetched;
}

void StripeAssembler::Unwrap(uint16_t index, uint32_t stripe, const Fetched& fetched) {
  if (state(stripe, index) != State::kUnknown) return;
  const size_t stored_bytes = geometry_.stored_cell_bytes();
  const size_t at = (stripe - fetched.first) * stored_bytes;
  if (fetched.bytes.size() < at + stored_bytes) {
    state(stripe, index) = State::kBad;
    AddFault({index, stripe, CellFault::Kind::kMissing});
    return;
  }
  Slot& slot = *slots_[index];
  const bool holds =
      slot.outer.Open(WrapNonce(stripe), slot.binding.ForCell(stripe),
                      fetched.bytes.subspan(at, stored_bytes), MutableCell(stripe, index));
  state(stripe, index) = holds ? State::kGood : State::kBad;
  if (!holds) AddFault({index, stripe, CellFault::Kind::kCorrupt});
}

void StripeAssembler::Load(uint16_t index, uint32_t first, uint32_t count) {
  last_fetched_ = {};
  if (!slots_[index] || excluded_[index]) return;
  bool unknown = false;
  for (uint32_t i = 0; i < count; ++i) unknown |= state(first + i, index) == State::kUnknown;
  if (!unknown) return;
  const Fetched& fetched = Fetch(index, first, count);
  const size_t skip = (first - fetched.first) * geometry_.stored_cell_bytes();
  last_fetched_ = fetched.bytes.subspan(std::min(skip, fetched.bytes.size()));
  for (uint32_t i = 0; i < count; ++i) Unwrap(index, first + i, fetched);
}

void StripeAssembler::LoadAhead(uint16_t index, uint32_t stripe) {
  if (!slots_[index] || excluded_[index] || state(stripe, index) != State::kUnknown) return;
  uint32_t end = fetch_end_;
  while (end > stripe + 1 && IsZero(end - 1, index)) --end;
  const bool fetched = fetched_[index].Covers(stripe, 1);
  Unwrap(index, stripe, fetched ? fetched_[index] : Fetch(index, stripe, end - stripe));
}

bool StripeAssembler::Absent(uint16_t index) const {
  return !slots_[index] || excluded_[index] ||
         (fetched_[index].count > 0 && fetched_[index].bytes.empty());
}

uint16_t StripeAssembler::CountGood(uint32_t stripe) const {
  uint16_t good = 0;
  for (uint16_t j = 0; j < geometry_.code.total_shards(); ++j) {
    good += state(stripe, j) == State::kGood;
  }
  return good;
}

absl::Status StripeAssembler::Complete(std::span<const uint16_t> wanted) {
  for (uint32_t stripe = first_; stripe < first_ + stripes_; ++stripe) {
    SHADW_RETURN_IF_ERROR(CompleteStripe(stripe, wanted));
  }
  return absl::OkStatus();
}

// Where a shard is absent every stripe is rebuilt, and from the same others, which are
// fetched ahead. Further ones stand in for single cells that are damaged.
absl::Status StripeAssembler::CompleteStripe(uint32_t stripe, std::span<const uint16_t> wanted) {
  const uint16_t k = geometry_.code.data_shards;
  for (uint16_t j : wanted) LoadAhead(j, stripe);
  const auto good = [&](uint16_t j) { return Good(stripe, j); };
  if (std::ranges::all_of(wanted, good)) return absl::OkStatus();
  const auto absent = std::ranges::count_if(wanted, [&](uint16_t j) { return Absent(j); });
  auto ahead = absent == 0 ? 0 : k - (static_cast<ptrdiff_t>(wanted.size()) - absent);
  for (uint16_t j = 0; j < geometry_.code.total_shards() && CountGood(stripe) < k; ++j) {
    if (state(stripe, j) != State::kUnknown || Absent(j)) continue;
    if (ahead-- > 0) {
      LoadAhead(j, stripe);
    } else {
      Load(j, stripe, 1);
    }
  }
  return Rebuild(stripe, wanted);
}

absl::Status StripeAssembler::Rebuild(uint32_t stripe, std::span<const uint16_t> wanted) {
  std::array<erasure::ReedSolomon::Wanted, erasure::kMaxTotalShards> missing;
  size_t missing_count = 0;
  for (uint16_t j : wanted) {
    if (!Good(stripe, j)) missing[missing_count++] = {j, MutableCell(stripe, j)};
  }
  if (missing_count == 0) return absl::OkStatus();
  std::array<erasure::ReedSolomon::Present, erasure::kMaxTotalShards> present;
  size_t count = 0;
  const uint16_t k = geometry_.code.data_shards;
  for (uint16_t j = 0; j < geometry_.code.total_shards() && count < k; ++j) {
    if (state(stripe, j) == State::kGood) present[count++] = {j, Cell(stripe, j)};
  }
  if (count < k) {
    return absl::FailedPreconditionError(
        absl::StrCat("shard: got ", count, " good cells of stripe ", stripe, ", need ", k,
                     " (k=", k, ", m=", geometry_.code.parity_shards, ")"));
  }
  SHADW_RETURN_IF_ERROR(
      coder_.Reconstruct(std::span(present).first(count), std::span(missing).first(missing_count)));
  for (size_t i = 0; i < missing_count; ++i) state(stripe, missing[i].index) = State::kRebuilt;
  return absl::OkStatus();
}

absl::Status StripeAssembler::Decode(uint32_t stripe, std::span<const uint16_t> from,
                                     uint16_t wanted, base::MutableByteSpan out) const {
  std::vector<erasure::ReedSolomon::Present> present;
  for (uint16_t j : from) present.push_back({j, Cell(stripe, j)});
  const erasure::ReedSolomon::Wanted target{wanted, out};
  return coder_.Reconstruct(present, {&target, 1});
}

}  // namespace shadw::shard
