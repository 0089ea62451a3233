// SPDX-License-Identifier: Apache-2.0
#include "libshadw/econ/sqrt_weight.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "libshadw/base/log2.h"

namespace shadw::econ {
namespace {

using base::Uint128;

constexpr size_t kBlock = 64;
constexpr double kTwo32 = 4294967296.0;
constexpr double kTwo52 = 4503599627370496.0;
// Added to a double below 2^51, these leave its nearest integer in the low bits.
constexpr double kRounder = kTwo52 * 1.5;
constexpr double kTiny = 1e-300;  // where the root is 0, so is the residue
// How near to an integer the sum of doubles is too coarse to say on which side it lies.
constexpr double kDoubt = 1.0 / (1 << 18);

// Of x below 2^32.
inline double FromHalf(uint64_t x) {
  return std::bit_cast<double>(x | std::bit_cast<uint64_t>(kTwo52)) - kTwo52;
}

inline uint64_t ToInteger(double x) {
  return std::bit_cast<uint64_t>(x + kRounder) - std::bit_cast<uint64_t>(kRounder);
}

// The root as a sum of two doubles, r + c, and its integer part. `doubt` where the last
// bit is not certain. No branch, so that compilers make vectors of it.
inline __attribute__((always_inline)) uint64_t Estimate(uint64_t x, uint64_t& doubt) {
  const double high = FromHalf(x >> 32) * kTwo32;
  const double low = FromHalf(x & 0xffffffff);
  const double nearest = high + low;
  const double lost = low - (nearest - high);  // x is nearest + lost
  const double root = std::sqrt(nearest);
  // root^2 is square + rest exactly (Dekker 1971).
  const double spread = root * 134217729.0;
  const double upper = spread - (spread - root);
  const double lower = root - upper;
  const double square = root * root;
  const double rest = upper * upper - square + 2 * upper * lower + lower * lower;
  const double residue = nearest - square - rest + lost;
  const double correction = residue / (root + root + kTiny) * kTwo32;

  double whole = root + kRounder - kRounder;
  const double behind = (root - whole) * kTwo32 + correction;
  const double nearest_integer = behind + kRounder - kRounder;
  const double beyond = behind - nearest_integer;  // -0.5 to 0.5
  doubt = static_cast<uint64_t>((std::fabs(beyond) < kDoubt) & (residue != 0));
  return (ToInteger(whole) << 32) + ToInteger(nearest_integer) - (beyond < 0 ? 1 : 0);
}

inline __attribute__((always_inline)) uint64_t EstimateAll(const uint64_t* x, uint64_t* roots,
                                                           uint64_t* doubts) {
  uint64_t any = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    roots[i] = Estimate(x[i], doubts[i]);
    any |= doubts[i];
  }
  return any;
}

using EstimateBlock = uint64_t (*)(const uint64_t* x, uint64_t* roots, uint64_t* doubts);

uint64_t EstimateAnywhere(const uint64_t* x, uint64_t* roots, uint64_t* doubts) {
  return EstimateAll(x, roots, doubts);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) uint64_t EstimateAvx2(const uint64_t* x, uint64_t* roots,
                                                      uint64_t* doubts) {
  return EstimateAll(x, roots, doubts);
}

#if defined(__clang__)  // knows no such width
#define SHADW_WIDE "avx512f,avx512dq,avx512vl"
#else
#define SHADW_WIDE "avx512f,avx512dq,avx512vl,prefer-vector-width=512"
#endif
__attribute__((target(SHADW_WIDE))) uint64_t EstimateAvx512(const uint64_t* x, uint64_t* roots,
                                                            uint64_t* doubts) {
  return EstimateAll(x, roots, doubts);
}
#undef SHADW_WIDE
#endif

EstimateBlock ChooseEstimate() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return EstimateAvx512;
  }
  if (__builtin_cpu_supports("avx2")) return EstimateAvx2;
#endif
  return EstimateAnywhere;
}

// Sets right what is at most one off.
uint64_t Settle(uint64_t x, uint64_t root) {
  const Uint128 target = static_cast<Uint128>(x) << 64;
  while (static_cast<Uint128>(root) * root > target) --root;
  while (root != UINT64_MAX && static_cast<Uint128>(root + 1) * (root + 1) <= target) ++root;
  return root;
}

}  // namespace

uint64_t SqrtWeight(uint64_t reputation) {
  if (reputation == 0) return 0;
  uint64_t doubt;
  return Settle(reputation, Estimate(reputation, doubt));
}

void SqrtWeights(std::span<const uint64_t> reputations, std::span<uint64_t> weights) {
  static const EstimateBlock estimate = ChooseEstimate();
  std::array<uint64_t, kBlock> block;
  std::array<uint64_t, kBlock> roots;
  std::array<uint64_t, kBlock> doubts;
  for (size_t done = 0; done < reputations.size(); done += kBlock) {
    const size_t count = std::min(kBlock, reputations.size() - done);
    const uint64_t* from = reputations.data() + done;
    uint64_t* to = weights.data() + done;
    if (count < kBlock) {
      block.fill(1);
      from = std::copy_n(from, count, block.begin()) - count;
      to = roots.data();
    }
    const uint64_t any = estimate(from, to, doubts.data());
    for (size_t i = 0; any != 0 && i < count; ++i) {
      if (doubts[i] != 0) to[i] = SqrtWeight(from[i]);
    }
    if (count < kBlock) std::copy_n(roots.begin(), count, weights.data() + done);
  }
}

}  // namespace shadw::econ
