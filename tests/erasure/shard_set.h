// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this module share: sets of shards in memory with a guard around
// each, and every choice of k out of n.
#ifndef TESTS_ERASURE_SHARD_SET_H_
#define TESTS_ERASURE_SHARD_SET_H_

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/erasure/reed_solomon.h"

namespace shadw::erasure {

// mt19937_64's raw words are the same everywhere; the standard's distributions are not.
using Rng = std::mt19937_64;

inline void FillRandom(Rng& rng, base::MutableByteSpan out) {
  for (uint8_t& byte : out) byte = static_cast<uint8_t>(rng() >> 32);
}

struct ShardSetShape {
  size_t shards = 0;
  size_t length = 0;
  size_t misalignment = 0;  // added to where each shard starts, a multiple of 16
};

// `shards` buffers of `length` bytes, 0xa5 in the guards around each.
class ShardSet {
 public:
  explicit ShardSet(ShardSetShape shape)
      : shape_(shape),
        pitch_((shape.length + 2 * kGuard + 63) / 64 * 64 + 64),
        memory_(shape.shards * pitch_ + 3 * kGuard, kFill) {}

  base::MutableByteSpan operator[](size_t i) {
    return base::MutableByteSpan(memory_).subspan(At(i), shape_.length);
  }
  base::ByteSpan operator[](size_t i) const {
    return base::ByteSpan(memory_).subspan(At(i), shape_.length);
  }
  size_t size() const { return shape_.shards; }

  std::vector<base::ByteSpan> Read(size_t first, size_t count) const {
    std::vector<base::ByteSpan> spans;
    for (size_t i = first; i < first + count; ++i) spans.push_back((*this)[i]);
    return spans;
  }
  std::vector<base::MutableByteSpan> Write(size_t first, size_t count) {
    std::vector<base::MutableByteSpan> spans;
    for (size_t i = first; i < first + count; ++i) spans.push_back((*this)[i]);
    return spans;
  }

  // True where nobody wrote outside the shards.
  bool GuardsIntact() const {
    size_t at = 0;
    for (size_t i = 0; i < shape_.shards; ++i) {
      if (!AllFill(at, At(i))) return false;
      at = At(i) + shape_.length;
    }
    return AllFill(at, memory_.size());
  }

 private:
  static constexpr size_t kGuard = 64;
  static constexpr uint8_t kFill = 0xa5;

  size_t At(size_t i) const { return i * pitch_ + kGuard + shape_.misalignment; }
  bool AllFill(size_t from, size_t to) const {
    return std::ranges::all_of(base::ByteSpan(memory_).subspan(from, to - from),
                               [](uint8_t byte) { return byte == kFill; });
  }

  ShardSetShape shape_;
  size_t pitch_;
  base::Bytes memory_;
};

inline ReedSolomon MakeCoder(Code code, Backend backend, size_t inverse_cache_entries = 128) {
  return ReedSolomon::Create(Options{.code = code,
                                     .backend = backend,
                                     .inverse_cache_entries = inverse_cache_entries})
      .value();
}

// Every backend that this machine can run; they must all make the same bytes.
inline std::vector<Backend> RunnableBackends() {
  std::vector<Backend> backends;
  for (const Backend backend : {Backend::kIsal, Backend::kPlainTables, Backend::kGfniAvx512,
                                Backend::kGfniAvx2, Backend::kAvx2}) {
    if (Options{.code = {.data_shards = 1}, .backend = backend}.Validate().ok()) {
      backends.push_back(backend);
    }
  }
  return backends;
}

inline const char* NameOf(Backend backend) {
  switch (backend) {
    case Backend::kFastest:
      return "Fastest";
    case Backend::kIsal:
      return "Isal";
    case Backend::kPlainTables:
      return "PlainTables";
    case Backend::kGfniAvx512:
      return "GfniAvx512";
    case Backend::kGfniAvx2:
      return "GfniAvx2";
    case Backend::kAvx2:
      return "Avx2";
  }
  return "Unknown";
}

// Random data and its parity by `coder`.
inline ShardSet EncodedSet(const ReedSolomon& coder, Rng& rng, size_t length,
                           size_t misalignment = 0) {
  const Code code = coder.code();
  ShardSet set({.shards = code.total_shards(), .length = length, .misalignment = misalignment});
  for (size_t i = 0; i < code.data_shards; ++i) FillRandom(rng, set[i]);
  const absl::Status status =
      coder.Encode(set.Read(0, code.data_shards), set.Write(code.data_shards, code.parity_shards));
  if (!status.ok()) std::abort();
  return set;
}

inline std::vector<ReedSolomon::Present> PresentOf(const ShardSet& set,
                                                   const std::vector<uint16_t>& indices) {
  std::vector<ReedSolomon::Present> present;
  for (const uint16_t i : indices) present.push_back({.index = i, .bytes = set[i]});
  return present;
}

inline std::vector<ReedSolomon::Wanted> WantedOf(ShardSet& set,
                                                 const std::vector<uint16_t>& indices) {
  std::vector<ReedSolomon::Wanted> wanted;
  for (const uint16_t i : indices) wanted.push_back({.index = i, .bytes = set[i]});
  return wanted;
}

// The indices below n that are not in `indices`, ascending.
inline std::vector<uint16_t> OthersThan(const std::vector<uint16_t>& indices, size_t n) {
  std::vector<uint16_t> others;
  for (uint16_t i = 0; i < n; ++i) {
    if (std::ranges::find(indices, i) == indices.end()) others.push_back(i);
  }
  return others;
}

// k different indices below n, in random order.
inline std::vector<uint16_t> Sample(Rng& rng, size_t n, size_t k) {
  std::vector<uint16_t> indices(n);
  std::iota(indices.begin(), indices.end(), uint16_t{0});
  for (size_t i = 0; i < k; ++i) std::swap(indices[i], indices[i + rng() % (n - i)]);
  indices.resize(k);
  return indices;
}

// Calls `visit` with every choice of k indices below n, ascending.
template <typename Visit>
void ForEachChoice(size_t n, size_t k, Visit visit) {
  std::vector<uint16_t> choice(k);
  std::iota(choice.begin(), choice.end(), uint16_t{0});
  while (true) {
    visit(choice);
    size_t i = k;
    while (i > 0 && choice[i - 1] == n - k + i - 1) --i;
    if (i == 0) return;
    ++choice[i - 1];
    for (; i < k; ++i) choice[i] = static_cast<uint16_t>(choice[i - 1] + 1);
  }
}

}  // namespace shadw::erasure

#endif  // TESTS_ERASURE_SHARD_SET_H_
