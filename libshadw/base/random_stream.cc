// SPDX-License-Identifier: Apache-2.0
#include "libshadw/base/random_stream.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "libshadw/base/coding.h"

namespace shadw::base {
namespace {

constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
constexpr uint64_t kLn2 = 0xb17217f7d1cf79ab;  // ln 2 with 64 fraction bits

}  // namespace

RandomStream::RandomStream(const StreamKey& key) {
  // Each step is a bijection of its word, so keys that differ in one word never meet.
  uint64_t x = Scramble(key.seed + kGolden);
  x = Scramble((x + kGolden) ^ key.run);
  x = Scramble((x + kGolden) ^ key.agent);
  x = Scramble((x + kGolden) ^ key.step);
  for (uint64_t& word : state_) word = Scramble(x += kGolden);
}

Duration RandomStream::Exponential(Duration mean) {
  // -ln(u) = -log2(u) * ln 2, with 57 fraction bits.
  const uint64_t log = NegativeLog2(Next());
  const auto natural = static_cast<uint64_t>(static_cast<Uint128>(log) * kLn2 >> 64);
  const Uint128 nanos =
      static_cast<Uint128>(natural) * static_cast<uint64_t>(mean.count()) >> kLogFractionBits;
  constexpr uint64_t kLongest = std::numeric_limits<int64_t>::max();
  return Duration(static_cast<int64_t>(nanos < kLongest ? nanos : kLongest));
}

void RandomStream::Fill(MutableByteSpan out) {
  for (; out.size() >= 8; out = out.subspan(8)) StoreLittleEndian(out.data(), Next());
  if (out.empty()) return;
  const uint64_t last = Next();
  std::memcpy(out.data(), &last, out.size());
}

}  // namespace shadw::base
