// SPDX-License-Identifier: Apache-2.0
//
// Crypto in GB of user data a second (1e9 bytes) and, for short messages, in calls.
//   ceiling_GBps  what the instructions themselves allow on this core, measured just
//                 before: AES rounds in registers for GCM, carry-less products for GMAC,
//                 SHA-256 rounds over two interleaved messages for SHA-256
//   of_ceiling    GBps / ceiling_GBps
// All of it in CPU time. Without the instructions no ceiling is printed.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <string_view>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"
#include "libshadw/crypto/aes_gcm.h"
#include "libshadw/crypto/aes_gcm_sodium.h"
#include "libshadw/crypto/bip32.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/merkle.h"
#include "libshadw/crypto/random.h"
#include "libshadw/crypto/xchacha20_poly1305.h"
#include "libshadw/crypto/xchacha20_poly1305_openssl.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace shadw::crypto {
namespace {

constexpr size_t kTagBytes = 16;
constexpr size_t kCellBytes = 32 * base::kKiB;
constexpr size_t kLeafBytes = 4098;
constexpr double kCeilingSeconds = 0.01;
constexpr base::ByteArray<32> kKey = {1, 2, 3};

// Calls `work`, which stands for `bytes` a call, for a moment; the best GB/s of three.
template <typename Work>
double MeasureGBps(size_t bytes, Work work) {
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    const std::clock_t start = std::clock();
    double seconds = 0;
    size_t calls = 0;
    do {
      work();
      ++calls;
      seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    } while (seconds < kCeilingSeconds);
    best = std::max(best, static_cast<double>(bytes) * static_cast<double>(calls) / seconds / 1e9);
  }
  return best;
}

#if defined(__x86_64__)
constexpr size_t kSteps = 1000;

// As CPUID tells it; not every compiler knows these names.
struct CpuFeatures {
  bool aes = false;
  bool products = false;
  bool wide = false;
  bool sha = false;
};

CpuFeatures ReadCpuFeatures() {
  CpuFeatures features;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) != 0) {
    features.aes = (c & 1u << 25) != 0;
    features.products = (c & 1u << 1) != 0;
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    const bool vaes_and_products = (c & 1u << 9) != 0 && (c & 1u << 10) != 0;
    features.wide = __builtin_cpu_supports("avx512f") && vaes_and_products;
    features.sha = (b & 1u << 29) != 0;
  }
  return features;
}

// Eight independent blocks a step, 14 rounds each.
__attribute__((target("aes,sse4.1"))) size_t AesRounds() {
  __m128i blocks[8] = {};
  const __m128i key = _mm_set1_epi8(0x5a);
  for (size_t step = 0; step < kSteps; ++step) {
    for (int round = 0; round < 14; ++round) {
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) blocks[i] = _mm_aesenc_si128(blocks[i], key);
    }
  }
  for (const __m128i& block : blocks) benchmark::DoNotOptimize(block);
  return kSteps * sizeof blocks;
}

__attribute__((target("vaes,avx512f"))) size_t WideAesRounds() {
  __m512i blocks[8] = {};
  const __m512i key = _mm512_set1_epi8(0x5a);
  for (size_t step = 0; step < kSteps; ++step) {
    for (int round = 0; round < 14; ++round) {
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) blocks[i] = _mm512_aesenc_epi128(blocks[i], key);
    }
  }
  for (const __m512i& block : blocks) benchmark::DoNotOptimize(block);
  return kSteps * sizeof blocks;
}

// Three products a block (Karatsuba), each into a sum of its own; reduction left out.
__attribute__((target("pclmul,sse4.1"))) size_t Products() {
  __m128i sums[6] = {};
  const __m128i factor = _mm_set1_epi8(0x5a);
  for (size_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) sums[i] = _mm_clmulepi64_si128(sums[i], factor, 0x10);
  }
  for (const __m128i& sum : sums) benchmark::DoNotOptimize(sum);
  return kSteps * 2 * sizeof(__m128i);
}

__attribute__((target("vpclmulqdq,avx512f"))) size_t WideProducts() {
  __m512i sums[6] = {};
  const __m512i factor = _mm512_set1_epi8(0x5a);
  for (size_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 6
    for (int i = 0; i < 6; ++i) sums[i] = _mm512_clmulepi64_epi128(sums[i], factor, 0x10);
  }
  for (const __m512i& sum : sums) benchmark::DoNotOptimize(sum);
  return kSteps * 2 * sizeof(__m512i);
}

__attribute__((target("sha,sse4.1"))) size_t ShaRounds() {
  __m128i a[2] = {};
  __m128i b[2] = {};
  const __m128i words = _mm_set1_epi8(0x5a);
  for (size_t step = 0; step < kSteps; ++step) {
    for (int pair = 0; pair < 16; ++pair) {
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i) {
        b[i] = _mm_sha256rnds2_epu32(b[i], a[i], words);
        a[i] = _mm_sha256rnds2_epu32(a[i], b[i], words);
      }
    }
  }
  for (int i = 0; i < 2; ++i) benchmark::DoNotOptimize(a[i]);
  return kSteps * 2 * 64;
}

template <typename Rounds>
double CeilingGBps(Rounds rounds) {
  return MeasureGBps(rounds(), rounds);
}

double AesCeilingGBps() {
  const CpuFeatures features = ReadCpuFeatures();
  if (features.wide) return CeilingGBps(WideAesRounds);
  return features.aes ? CeilingGBps(AesRounds) : 0;
}

double ProductCeilingGBps() {
  const CpuFeatures features = ReadCpuFeatures();
  if (features.wide) return CeilingGBps(WideProducts);
  return features.products ? CeilingGBps(Products) : 0;
}

double ShaCeilingGBps() { return ReadCpuFeatures().sha ? CeilingGBps(ShaRounds) : 0; }
#else
double AesCeilingGBps() { return 0; }
double ProductCeilingGBps() { return 0; }
double ShaCeilingGBps() { return 0; }
#endif

void Report(benchmark::State& state, size_t bytes_per_call, double ceiling_gbps = 0) {
  const double gigabytes = static_cast<double>(bytes_per_call) / 1e9;
  state.counters["GBps"] =
      benchmark::Counter(gigabytes, benchmark::Counter::kIsIterationInvariantRate);
  if (ceiling_gbps == 0) return;
  state.counters["ceiling_GBps"] = ceiling_gbps;
  state.counters["of_ceiling"] =
      benchmark::Counter(gigabytes / ceiling_gbps, benchmark::Counter::kIsIterationInvariantRate);
}

base::Bytes Data(size_t size) {
  base::Bytes data(size);
  SeededRandom(1).Fill(data);
  return data;
}

// One message in place: what sealing a cell is.
template <typename Gcm>
void SealInPlace(benchmark::State& state, Gcm& gcm) {
  base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  const base::MutableByteSpan text = base::MutableByteSpan(cell).first(cell.size() - kTagBytes);
  const double ceiling = AesCeilingGBps();
  base::ByteArray<12> nonce{};
  for (auto _ : state) {
    ++nonce[0];
    gcm.Seal(nonce, {}, text, cell);
  }
  Report(state, text.size(), ceiling);
}

void BM_AesGcmSeal(benchmark::State& state) {
  AesGcm gcm(kKey);
  SealInPlace(state, gcm);
}
BENCHMARK(BM_AesGcmSeal)->Arg(4096)->Arg(kCellBytes)->Arg(base::kMiB);

void BM_SodiumAesGcmSeal(benchmark::State& state) {
  auto gcm = SodiumAesGcm::Create(kKey);
  if (!gcm.ok()) return state.SkipWithError("this CPU has no AES instructions");
  SealInPlace(state, *gcm);
}
BENCHMARK(BM_SodiumAesGcmSeal)->Arg(kCellBytes);

void BM_AesGcmOpen(benchmark::State& state) {
  AesGcm gcm(kKey);
  const base::ByteArray<12> nonce{};
  const base::Bytes text = Data(static_cast<size_t>(state.range(0)) - kTagBytes);
  base::Bytes sealed(text.size() + kTagBytes);
  base::Bytes out(text.size());
  gcm.Seal(nonce, {}, text, sealed);
  const double ceiling = AesCeilingGBps();
  for (auto _ : state) {
    if (!gcm.Open(nonce, {}, sealed, out)) return state.SkipWithError("did not open");
  }
  Report(state, text.size(), ceiling);
}
BENCHMARK(BM_AesGcmOpen)->Arg(4096)->Arg(kCellBytes)->Arg(base::kMiB);

void BM_AesGcmSetKey(benchmark::State& state) {
  AesGcm gcm(kKey);
  for (auto _ : state) gcm.SetKey(kKey);
}
BENCHMARK(BM_AesGcmSetKey);

void BM_Gmac(benchmark::State& state) {
  const base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  const double ceiling = ProductCeilingGBps();
  Gmac mac(kKey, base::ByteArray<12>{});
  for (auto _ : state) mac.Update(cell);
  Report(state, cell.size(), ceiling);
}
BENCHMARK(BM_Gmac)->Arg(kCellBytes);

void BM_XChaCha20Poly1305Seal(benchmark::State& state) {
  base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  const base::MutableByteSpan text = base::MutableByteSpan(cell).first(cell.size() - kTagBytes);
  const base::ByteArray<24> nonce{};
  const auto seal = state.range(1) == 0 ? XChaCha20Poly1305Seal : OpenSslXChaCha20Poly1305Seal;
  for (auto _ : state) seal(kKey, nonce, {}, text, cell);
  Report(state, text.size());
}
// 920 bytes are box A of a header. Second argument: 0 libsodium, 1 OpenSSL.
BENCHMARK(BM_XChaCha20Poly1305Seal)->ArgsProduct({{920, kCellBytes}, {0, 1}});

// The leaves of eight cells of 32,784 bytes.
void BM_Sha256Leaves(benchmark::State& state) {
  const auto leaf_bytes = static_cast<size_t>(state.range(0));
  const base::Bytes body = Data(64 * leaf_bytes);
  std::vector<Hash256> hashes(64);
  const double ceiling = ShaCeilingGBps();
  LeafHasher hasher;
  for (auto _ : state) hasher.Hash(body, leaf_bytes, hashes.data());
  Report(state, body.size(), ceiling);
}
BENCHMARK(BM_Sha256Leaves)->Arg(kLeafBytes)->Arg(4112)->Arg(65);

void BM_Sha256(benchmark::State& state) {
  const base::Bytes data = Data(static_cast<size_t>(state.range(0)));
  const double ceiling = ShaCeilingGBps();
  for (auto _ : state) benchmark::DoNotOptimize(Sha256(base::ByteSpan(data)));
  Report(state, data.size(), ceiling);
}
BENCHMARK(BM_Sha256)->Arg(64)->Arg(kCellBytes);

// A body of 128 cells has 1,024 leaves.
void BM_MerkleRoot(benchmark::State& state) {
  const std::vector<Hash256> leaves(static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(MerkleRoot(leaves));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_MerkleRoot)->Arg(8)->Arg(1024);

void BM_Blake2b256(benchmark::State& state) {
  const base::Bytes data = Data(static_cast<size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(Blake2b256({}, {data}));
  Report(state, data.size());
}
BENCHMARK(BM_Blake2b256)->Arg(64)->Arg(kCellBytes)->Arg(base::kMiB);

// What scanning a pile of headers for one's own costs: a keyed hash of 24 bytes each.
void BM_HeaderMatch(benchmark::State& state) {
  base::ByteArray<24> nonce{};
  for (auto _ : state) {
    ++nonce[0];
    benchmark::DoNotOptimize(Blake2b128(kKey, {nonce}));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_HeaderMatch);

void BM_Kdf(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Kdf(kKey, "outer", {kKey}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Kdf);

void BM_KdfInto(benchmark::State& state) {
  base::ByteArray<32> out;
  for (auto _ : state) KdfInto(kKey, "outer", {kKey}, out);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_KdfInto);

void BM_Ed25519Sign(benchmark::State& state) {
  const Ed25519Signer signer(kKey);
  const base::Bytes message = Data(300);
  for (auto _ : state) benchmark::DoNotOptimize(signer.Sign(message));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Ed25519Sign);

void BM_Ed25519Verify(benchmark::State& state) {
  const Ed25519Signer signer(kKey);
  const base::Bytes message = Data(300);
  const auto signature = signer.Sign(message);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Ed25519Verify(signer.public_key(), message, signature));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Ed25519Verify);

void BM_Bip32DeriveHardened(benchmark::State& state) {
  const auto root = ExtendedPrivateKey::FromSeed(kKey).value();
  uint32_t index = 0;
  for (auto _ : state) benchmark::DoNotOptimize(root.Derive(kHardened + index++));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Bip32DeriveHardened);

void BM_SeededRandom(benchmark::State& state) {
  base::Bytes out(static_cast<size_t>(state.range(0)));
  SeededRandom random(1);
  for (auto _ : state) random.Fill(out);
  Report(state, out.size());
}
BENCHMARK(BM_SeededRandom)->Arg(8)->Arg(kCellBytes);

}  // namespace
}  // namespace shadw::crypto

BENCHMARK_MAIN();
