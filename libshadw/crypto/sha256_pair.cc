// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/sha256_pair.h"

#include "libshadw/crypto/invariant.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>

#define SHADW_SHA __attribute__((target("sha,sse4.1,ssse3")))

namespace shadw::crypto {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr size_t kLengthBytes = 8;
constexpr size_t kMessages = 2;

alignas(16) constexpr std::array<uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The eight words of the state as the instructions want them.
struct State {
  __m128i abef;
  __m128i cdgh;
};

SHADW_SHA State InitialState() {
  return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                        static_cast<int>(0x9b05688c)),
          _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
}

// The next four message words from the sixteen before them, oldest first.
SHADW_SHA inline __m128i NextWords(__m128i a, __m128i b, __m128i c, __m128i d) {
  const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
  return _mm_sha256msg2_epu32(sum, d);
}

// One block of both messages: four rounds of the first, four of the second, and on.
SHADW_SHA void Compress(State* states, const uint8_t* const* blocks) {
  const __m128i big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  State now[kMessages] = {states[0], states[1]};
  __m128i words[kMessages][4];
#pragma GCC unroll 16
  for (size_t group = 0; group < 16; ++group) {
    const __m128i constants =
        _mm_load_si128(reinterpret_cast<const __m128i*>(&kRoundConstants[4 * group]));
#pragma GCC unroll 2
    for (size_t i = 0; i < kMessages; ++i) {
      __m128i* const w = words[i];
      __m128i& newest = w[group % 4];
      if (group < 4) {
        const auto* const from = reinterpret_cast<const __m128i*>(blocks[i] + 16 * group);
        newest = _mm_shuffle_epi8(_mm_loadu_si128(from), big_endian);
      } else {
        newest = NextWords(newest, w[(group + 1) % 4], w[(group + 2) % 4], w[(group + 3) % 4]);
      }
      const __m128i input = _mm_add_epi32(newest, constants);
      now[i].cdgh = _mm_sha256rnds2_epu32(now[i].cdgh, now[i].abef, input);
      now[i].abef = _mm_sha256rnds2_epu32(now[i].abef, now[i].cdgh, _mm_shuffle_epi32(input, 0x0e));
    }
  }
  for (size_t i = 0; i < kMessages; ++i) {
    states[i].abef = _mm_add_epi32(states[i].abef, now[i].abef);
    states[i].cdgh = _mm_add_epi32(states[i].cdgh, now[i].cdgh);
  }
}

SHADW_SHA void WriteHash(const State& state, base::ByteArray<32>& hash) {
  // Reversing all 16 bytes turns (f, e, b, a) in memory into big-endian a, b, e, f.
  const __m128i reverse = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m128i abef = _mm_shuffle_epi8(state.abef, reverse);
  const __m128i cdgh = _mm_shuffle_epi8(state.cdgh, reverse);
  auto* const out = reinterpret_cast<__m128i*>(hash.data());
  _mm_storeu_si128(out, _mm_unpacklo_epi64(abef, cdgh));
  _mm_storeu_si128(out + 1, _mm_unpackhi_epi64(abef, cdgh));
}

// What follows the last whole block: the rest, a one bit, zeros, the length in bits.
struct Tail {
  explicit Tail(base::ByteSpan message) {
    const base::ByteSpan rest = message.last(message.size() % kBlockBytes);
    std::ranges::copy(rest, bytes.begin());
    bytes[rest.size()] = 0x80;
    used = rest.size() + 1 + kLengthBytes <= kBlockBytes ? kBlockBytes : 2 * kBlockBytes;
    uint64_t bits = uint64_t{8} * message.size();
    for (size_t i = 1; i <= kLengthBytes; ++i, bits >>= 8) {
      bytes[used - i] = static_cast<uint8_t>(bits);
    }
  }
  base::ByteArray<2 * kBlockBytes> bytes{};
  size_t used;
};

}  // namespace

bool HasSha256Pair() {
  static const bool has = [] {
    constexpr unsigned kShaOfEbx = 1u << 29;
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (b & kShaOfEbx) == 0) return false;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSSE3) != 0 && (c & bit_SSE4_1) != 0;
  }();
  return has;
}

SHADW_SHA void Sha256Pair(base::ByteSpan first, base::ByteSpan second,
                          base::ByteArray<32>& first_hash, base::ByteArray<32>& second_hash) {
  Require(first.size() == second.size());
  State states[kMessages] = {InitialState(), InitialState()};
  const size_t whole = first.size() - first.size() % kBlockBytes;
  for (size_t at = 0; at < whole; at += kBlockBytes) {
    const uint8_t* const blocks[kMessages] = {first.data() + at, second.data() + at};
    Compress(states, blocks);
  }
  const Tail tails[kMessages] = {Tail(first), Tail(second)};
  for (size_t at = 0; at < tails[0].used; at += kBlockBytes) {
    const uint8_t* const blocks[kMessages] = {tails[0].bytes.data() + at,
                                              tails[1].bytes.data() + at};
    Compress(states, blocks);
  }
  WriteHash(states[0], first_hash);
  WriteHash(states[1], second_hash);
}

}  // namespace shadw::crypto

#else

namespace shadw::crypto {

bool HasSha256Pair() { return false; }

void Sha256Pair(base::ByteSpan, base::ByteSpan, base::ByteArray<32>&, base::ByteArray<32>&) {
  Require(false);
}

}  // namespace shadw::crypto

#endif
