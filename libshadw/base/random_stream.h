// SPDX-License-Identifier: Apache-2.0
//
// The randomness of simulations: fast, small, and the same on every machine. A stream is
// keyed by (seed, run, agent, step), so what one agent draws depends neither on the
// others nor on the order in which threads take turns.
//
//   base::RandomStream random({.seed = 7, .agent = machine});
//   random.Uniform(6);                          // 0 … 5, without bias
//   random.Bernoulli(20'000);                   // true in 2 of 100 cases
//   random.Exponential(std::chrono::minutes(60));
//
// Limits: never for keys or nonces; whoever sees some outputs knows the rest. All
// arithmetic is in integers (catalogue R9: no libm).
//   Source   xoshiro256**: Blackman, Vigna 2021; SplitMix64: Steele, Lea, Flood 2014;
//            Uniform: Lemire 2019
#ifndef LIBSHADW_BASE_RANDOM_STREAM_H_
#define LIBSHADW_BASE_RANDOM_STREAM_H_

#include <array>
#include <bit>
#include <cstdint>

#include "libshadw/base/bytes.h"
#include "libshadw/base/log2.h"
#include "libshadw/base/random.h"
#include "libshadw/base/time.h"

namespace shadw::base {

// Of a million: the unit of every probability here.
inline constexpr uint32_t kMillion = 1'000'000;

// A bijection of 64-bit numbers in which every bit of the result hangs on every bit of `x`.
constexpr uint64_t Scramble(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

struct StreamKey {
  uint64_t seed = 0;
  uint64_t run = 0;
  uint64_t agent = 0;
  uint64_t step = 0;
};

class RandomStream final : public RandomSource {
 public:
  explicit RandomStream(const StreamKey& key);

  uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // One of 0 … count - 1, each equally often; 0 where `count` is 0.
  uint64_t Uniform(uint64_t count) {
    Uint128 product = static_cast<Uint128>(Next()) * count;
    if (static_cast<uint64_t>(product) < count) {
      const uint64_t surplus = -count % count;
      while (static_cast<uint64_t>(product) < surplus) {
        product = static_cast<Uint128>(Next()) * count;
      }
    }
    return static_cast<uint64_t>(product >> 64);
  }

  // True with probability ppm / 10^6. Draws nothing where that is certain.
  bool Bernoulli(uint32_t ppm) {
    if (ppm == 0 || ppm >= kMillion) return ppm != 0;
    return Uniform(kMillion) < ppm;
  }

  // The waiting time for an event of which one comes every `mean`; `mean` >= 0.
  //   Range    0 to 44.4 * mean, cut off at the longest Duration
  Duration Exponential(Duration mean);

  // Little-endian words, the last one cut.
  //   Promise  same key and same sequence of calls, same bytes
  void Fill(MutableByteSpan out) override;

 private:
  std::array<uint64_t, 4> state_;
};

}  // namespace shadw::base

#endif  // LIBSHADW_BASE_RANDOM_STREAM_H_
