// SPDX-License-Identifier: Apache-2.0
#include "libshadw/shard/window_reader.h"

#include <algorithm>
#include <utility>

#include "libshadw/base/status_macros.h"

namespace shadw::shard {
namespace {

// What the hasher does at once.
constexpr size_t kLeavesAtOnce = 16;

}  // namespace

std::vector<Window> CutWindows(uint32_t first, uint32_t last, uint32_t chunks, uint16_t data_shards,
                               uint32_t max_stripes) {
  const uint32_t k = data_shards;
  const auto partial = [&](uint32_t stripe) {
    return first > stripe * k || last + 1 < std::min(chunks, (stripe + 1) * k);
  };
  std::vector<Window> windows;
  for (uint32_t stripe = first / k; stripe <= last / k;) {
    uint32_t count = std::min(max_stripes, last / k + 1 - stripe);
    if (partial(stripe)) {
      count = 1;
    } else if (count > 1 && partial(stripe + count - 1)) {
      --count;
    }
    windows.push_back({std::max(first, stripe * k), std::min(last, (stripe + count) * k - 1)});
    stripe += count;
  }
  return windows;
}

WindowReader::WindowReader(StripeAssembler assembler, const crypto::SecretKey& content_key,
                           uint32_t chunks)
    : assembler_(std::move(assembler)), content_(content_key.bytes()), chunks_(chunks) {
  assembler_.SetZeroFrom(chunks);
  leaves_.reserve(kLeavesAtOnce);
  wanted_.reserve(assembler_.geometry().code.data_shards);
}

bool WindowReader::OpenCell(uint32_t chunk, base::ByteSpan cell, base::MutableByteSpan plain) {
  return content_.Open(ChunkNonce(chunk, chunk + 1 == chunks_), {}, cell, plain);
}

void WindowReader::Begin(const Window& window, std::vector<Hash>* hashes) {
  window_ = window;
  hashes_ = hashes;
  BeginStripe(StripeOf(window.first_chunk));
}

// Cells wait for the hasher in their places for as long as those are not taken.
void WindowReader::BeginStripe(uint32_t stripe) {
  if (!leaves_.empty() && stripe - leaves_from_ >= assembler_.max_window()) HashOpened();
  stripe_ = stripe;
  assembler_.Begin(stripe, 1, StripeOf(window_.last_chunk) + 1, hashes_ != nullptr);
}

absl::Status WindowReader::Open(uint32_t chunk, base::MutableByteSpan plain) {
  const uint32_t k = assembler_.geometry().code.data_shards;
  const uint32_t stripe = StripeOf(chunk);
  const auto column = static_cast<uint16_t>(chunk % k);
  if (stripe != stripe_) BeginStripe(stripe);
  assembler_.LoadAhead(column, stripe);
  if (!assembler_.Good(stripe, column)) {
    wanted_.clear();
    const uint32_t low = std::max(window_.first_chunk, stripe * k);
    const uint32_t high = std::min(window_.last_chunk, stripe * k + k - 1);
    for (uint32_t c = low; c <= high; ++c) wanted_.push_back(static_cast<uint16_t>(c % k));
    SHADW_RETURN_IF_ERROR(assembler_.CompleteStripe(stripe, wanted_));
  }
  AddLeaf(chunk);
  if (OpenCell(chunk, assembler_.Cell(stripe, column), plain)) return absl::OkStatus();
  return absl::DataLossError("shard: a cell passes its outer tag and does not open");
}

// Not hashed before the next one comes: a cell that does not open may yet be replaced.
void WindowReader::AddLeaf(uint32_t chunk) {
  if (hashes_ == nullptr) return;
  if (leaves_.size() == kLeavesAtOnce) HashOpened();
  if (leaves_.empty()) leaves_from_ = stripe_;
  const auto column = static_cast<uint16_t>(chunk % assembler_.geometry().code.data_shards);
  leaves_.push_back({assembler_.Cell(stripe_, column), &(*hashes_)[chunk]});
}

void WindowReader::HashOpened() {
  hasher_.Hash(leaves_);
  leaves_.clear();
}

}  // namespace shadw::shard
