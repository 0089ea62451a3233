// SPDX-License-Identifier: Apache-2.0
//
// Crypto in GB of user data a second (1e9 bytes) and, for short messages, in calls.
//   ceiling_GBps  what the instructions themselves allow on this core, measured just
//                 before: AES rounds in registers for GCM, carry-less products for GMAC,
//                 for SHA-256 rounds over two interleaved messages, or with AVX-512 over
//                 sixteen, whichever is more
//   of_ceiling    GBps / ceiling_GBps
//   over_openssl  how many times as fast as OpenSSL at the same work, measured just before
// All of it in CPU time. Without the instructions no ceiling is printed. Rows of one
// primitive differ in who does it: openssl, or ipsec-mb where it is there.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"
#include "libshadw/crypto/aes_gcm_backend.h"
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
// The clock is read seldom: a reading takes as long as hashing a short message.
template <typename Work>
double MeasureGBps(size_t bytes, Work work) {
  double best = 0;
  size_t calls = 1;
  for (int round = 0; round < 3;) {
    const std::clock_t start = std::clock();
    for (size_t i = 0; i < calls; ++i) work();
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    if (seconds < kCeilingSeconds) {
      calls *= 2;
      continue;
    }
    best = std::max(best, static_cast<double>(bytes) * static_cast<double>(calls) / seconds / 1e9);
    ++round;
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

// The arithmetic of SHA-256 over sixteen messages; loading and transposing left out.
using Words = uint32_t __attribute__((vector_size(64)));

__attribute__((target("avx512f"))) inline Words Mix(const Words& x, int a, int b, int c) {
  return (x >> a | x << (32 - a)) ^ (x >> b | x << (32 - b)) ^ (x >> c | x << (32 - c));
}

__attribute__((target("avx512f"))) inline Words Stretch(const Words& x, int a, int b, int shift) {
  return (x >> a | x << (32 - a)) ^ (x >> b | x << (32 - b)) ^ x >> shift;
}

__attribute__((target("avx512f"))) size_t WideShaRounds() {
  Words s[8] = {};
  Words w[16] = {};
  // Else the compiler sees that a schedule of zeros stays zeros.
  benchmark::DoNotOptimize(w);
  for (size_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 64
    for (int i = 0; i < 64; ++i) {
      if (i >= 16) {
        w[i % 16] += Stretch(w[(i + 14) % 16], 17, 19, 10) + w[(i + 9) % 16] +
                     Stretch(w[(i + 1) % 16], 7, 18, 3);
      }
      const Words t =
          s[7] + Mix(s[4], 6, 11, 25) + (s[6] ^ (s[4] & (s[5] ^ s[6]))) + w[i % 16] + 0x5a827999;
      const Words u = Mix(s[0], 2, 13, 22) + ((s[0] & s[1]) | (s[2] & (s[0] | s[1])));
#pragma GCC unroll 7
      for (int j = 7; j > 0; --j) s[j] = s[j - 1];
      s[4] += t;
      s[0] = t + u;
    }
  }
  for (const Words& part : s) benchmark::DoNotOptimize(part);
  return kSteps * 16 * 64;
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

double ShaCeilingGBps() {
  const CpuFeatures features = ReadCpuFeatures();
  const double two = features.sha ? CeilingGBps(ShaRounds) : 0;
  return features.wide ? std::max(two, CeilingGBps(WideShaRounds)) : two;
}
#else
double AesCeilingGBps() { return 0; }
double ProductCeilingGBps() { return 0; }
double ShaCeilingGBps() { return 0; }
#endif

// Measured just before; 0 where there is none.
struct Yardsticks {
  double ceiling_gbps = 0;
  double openssl_gbps = 0;
};

void Report(benchmark::State& state, size_t bytes_per_call, Yardsticks yardsticks = {}) {
  const double gigabytes = static_cast<double>(bytes_per_call) / 1e9;
  const auto report = [&](const char* name, double value) {
    state.counters[name] = benchmark::Counter(value, benchmark::Counter::kIsIterationInvariantRate);
  };
  report("GBps", gigabytes);
  if (yardsticks.ceiling_gbps != 0) {
    state.counters["ceiling_GBps"] = yardsticks.ceiling_gbps;
    report("of_ceiling", gigabytes / yardsticks.ceiling_gbps);
  }
  if (yardsticks.openssl_gbps != 0) report("over_openssl", gigabytes / yardsticks.openssl_gbps);
}

base::Bytes Data(size_t size) {
  base::Bytes data(size);
  SeededRandom(1).Fill(data);
  return data;
}

// The last argument of a row.
constexpr int64_t kOpenSsl = 0;
constexpr int64_t kIpsecMb = 1;

std::unique_ptr<AesGcmBackend> NewGcm(int64_t backend) {
  return backend == kOpenSsl ? NewOpenSslAesGcm(kKey) : NewIpsecMbAesGcm(kKey);
}

std::unique_ptr<GmacBackend> NewMac(int64_t backend) {
  const base::ByteArray<12> nonce{};
  return backend == kOpenSsl ? NewOpenSslGmac(kKey, nonce) : NewIpsecMbGmac(kKey, nonce);
}

// Times `work(object)` with an object of the row's backend that `create` makes, beside
// OpenSSL's where that is another.
template <typename Create, typename Work>
void CompareBackends(benchmark::State& state, size_t bytes, double ceiling_gbps, Create create,
                     Work work) {
  const int64_t backend = state.range(1);
  const auto object = create(backend);
  if (object == nullptr) return state.SkipWithError("libipsec-mb is absent");
  state.SetLabel(backend == kOpenSsl ? "openssl" : "ipsec-mb");
  Yardsticks yardsticks{.ceiling_gbps = ceiling_gbps};
  if (backend != kOpenSsl) {
    const auto openssl = create(kOpenSsl);
    yardsticks.openssl_gbps = MeasureGBps(bytes, [&] { work(*openssl); });
  }
  for (auto _ : state) work(*object);
  Report(state, bytes, yardsticks);
}

// One message in place: what sealing a cell is.
void BM_AesGcmSeal(benchmark::State& state) {
  base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  const base::MutableByteSpan text = base::MutableByteSpan(cell).first(cell.size() - kTagBytes);
  base::ByteArray<12> nonce{};
  CompareBackends(state, text.size(), AesCeilingGBps(), NewGcm, [&](AesGcmBackend& gcm) {
    ++nonce[0];
    gcm.Seal(nonce, {}, text, cell);
  });
}
BENCHMARK(BM_AesGcmSeal)->ArgsProduct({{512, 4096, kCellBytes, base::kMiB}, {kOpenSsl, kIpsecMb}});

// As a cell is wrapped: 96 bytes of associated data, and into another place.
void BM_AesGcmWrap(benchmark::State& state) {
  const base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  base::Bytes stored(cell.size() + kTagBytes);
  const base::ByteArray<96> binding{};
  base::ByteArray<12> nonce{};
  CompareBackends(state, cell.size(), AesCeilingGBps(), NewGcm, [&](AesGcmBackend& gcm) {
    ++nonce[0];
    gcm.Seal(nonce, binding, cell, stored);
  });
}
BENCHMARK(BM_AesGcmWrap)->ArgsProduct({{4096, kCellBytes}, {kOpenSsl, kIpsecMb}});

void BM_SodiumAesGcmSeal(benchmark::State& state) {
  auto gcm = SodiumAesGcm::Create(kKey);
  if (!gcm.ok()) return state.SkipWithError("this CPU has no AES instructions");
  base::Bytes cell = Data(kCellBytes);
  const base::MutableByteSpan text = base::MutableByteSpan(cell).first(cell.size() - kTagBytes);
  const double ceiling = AesCeilingGBps();
  base::ByteArray<12> nonce{};
  for (auto _ : state) {
    ++nonce[0];
    gcm->Seal(nonce, {}, text, cell);
  }
  Report(state, text.size(), {.ceiling_gbps = ceiling});
}
BENCHMARK(BM_SodiumAesGcmSeal);

void BM_AesGcmOpen(benchmark::State& state) {
  const base::ByteArray<12> nonce{};
  const base::Bytes text = Data(static_cast<size_t>(state.range(0)) - kTagBytes);
  base::Bytes sealed(text.size() + kTagBytes);
  base::Bytes out(text.size());
  NewOpenSslAesGcm(kKey)->Seal(nonce, {}, text, sealed);
  bool opened = true;
  CompareBackends(state, text.size(), AesCeilingGBps(), NewGcm,
                  [&](AesGcmBackend& gcm) { opened &= gcm.Open(nonce, {}, sealed, out); });
  if (!opened) state.SkipWithError("did not open");
}
BENCHMARK(BM_AesGcmOpen)->ArgsProduct({{4096, kCellBytes, base::kMiB}, {kOpenSsl, kIpsecMb}});

// A fresh key before each message. 16 bytes are the tag alone: re-keying itself.
void BM_AesGcmSetKeyAndSeal(benchmark::State& state) {
  base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  const base::MutableByteSpan text = base::MutableByteSpan(cell).first(cell.size() - kTagBytes);
  const base::ByteArray<12> nonce{};
  CompareBackends(state, cell.size(), 0, NewGcm, [&](AesGcmBackend& gcm) {
    gcm.SetKey(kKey);
    gcm.Seal(nonce, {}, text, cell);
  });
}
BENCHMARK(BM_AesGcmSetKeyAndSeal)->ArgsProduct({{16, 4096}, {kOpenSsl, kIpsecMb}});

void BM_AesGcmSetKey(benchmark::State& state) {
  CompareBackends(state, 1, 0, NewGcm, [](AesGcmBackend& gcm) { gcm.SetKey(kKey); });
}
BENCHMARK(BM_AesGcmSetKey)->ArgsProduct({{0}, {kOpenSsl, kIpsecMb}});

void BM_Gmac(benchmark::State& state) {
  const base::Bytes cell = Data(static_cast<size_t>(state.range(0)));
  CompareBackends(state, cell.size(), ProductCeilingGBps(), NewMac,
                  [&](GmacBackend& mac) { mac.Update(cell); });
}
BENCHMARK(BM_Gmac)->ArgsProduct({{4096, kCellBytes}, {kOpenSsl, kIpsecMb}});

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

// What OpenSSL makes of `count` messages of one length, one after the other.
double OpenSslHashGBps(base::ByteSpan data, size_t count) {
  const size_t bytes = data.size() / count;
  Sha256Hasher hasher;
  return MeasureGBps(data.size(), [&] {
    for (size_t i = 0; i < count; ++i) {
      hasher.Update(data.subspan(i * bytes, bytes));
      benchmark::DoNotOptimize(hasher.Final());
    }
  });
}

// A number of leaves in one call: a cell of 32,784 bytes has 8 of 4,098.
void BM_Sha256Leaves(benchmark::State& state) {
  const auto leaf_bytes = static_cast<size_t>(state.range(0));
  const auto count = static_cast<size_t>(state.range(1));
  const base::Bytes body = Data(count * leaf_bytes);
  std::vector<Hash256> hashes(count);
  const Yardsticks yardsticks = {ShaCeilingGBps(), OpenSslHashGBps(body, count)};
  LeafHasher hasher;
  for (auto _ : state) hasher.Hash(body, leaf_bytes, hashes.data());
  Report(state, body.size(), yardsticks);
}
BENCHMARK(BM_Sha256Leaves)
    ->ArgsProduct({{65, 514, kLeafBytes, kCellBytes}, {1, 2, 4, 8, 12, 14, 16, 64}});

void BM_Sha256(benchmark::State& state) {
  const base::Bytes data = Data(static_cast<size_t>(state.range(0)));
  const double ceiling = ShaCeilingGBps();
  for (auto _ : state) benchmark::DoNotOptimize(Sha256(base::ByteSpan(data)));
  Report(state, data.size(), {.ceiling_gbps = ceiling});
}
BENCHMARK(BM_Sha256)->Arg(64)->Arg(kCellBytes);

// A body of 128 cells has 1,024 leaves.
void BM_MerkleRoot(benchmark::State& state) {
  const std::vector<Hash256> leaves(static_cast<size_t>(state.range(0)));
  const base::Bytes nodes = Data(65 * (leaves.size() - 1));
  const Yardsticks yardsticks = {0, OpenSslHashGBps(nodes, leaves.size() - 1)};
  for (auto _ : state) benchmark::DoNotOptimize(MerkleRoot(leaves));
  Report(state, nodes.size(), yardsticks);
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
