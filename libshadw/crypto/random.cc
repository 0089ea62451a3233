// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/random.h"

#include <sodium.h>

#include <algorithm>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

constexpr size_t kBlockBytes = 64;

}  // namespace

void SystemRandom::Fill(base::MutableByteSpan out) {
  if (out.empty()) return;
  SodiumReady();
  randombytes_buf(out.data(), out.size());
}

SeededRandom::SeededRandom(std::span<const uint8_t, 32> seed) {
  SodiumReady();
  std::ranges::copy(seed, seed_.begin());
}

SeededRandom::SeededRandom(uint64_t seed) {
  SodiumReady();
  base::StoreLittleEndian(seed_.data(), seed);
}

void SeededRandom::Fill(base::MutableByteSpan out) {
  while (!out.empty()) {
    if (unused_ == 0 && out.size() >= buffer_.size()) {
      const size_t whole = out.size() - out.size() % kBlockBytes;
      Blocks(out.first(whole));
      out = out.subspan(whole);
      continue;
    }
    if (unused_ == 0) {
      Blocks(buffer_);
      unused_ = buffer_.size();
    }
    const size_t count = std::min(unused_, out.size());
    std::copy_n(buffer_.end() - static_cast<ptrdiff_t>(unused_), count, out.begin());
    unused_ -= count;
    out = out.subspan(count);
  }
}

void SeededRandom::Blocks(base::MutableByteSpan out) {
  static constexpr base::ByteArray<crypto_stream_chacha20_NONCEBYTES> kNonce{};
  std::ranges::fill(out, uint8_t{0});
  crypto_stream_chacha20_xor_ic(out.data(), out.data(), out.size(), kNonce.data(), next_block_,
                                seed_.data());
  next_block_ += out.size() / kBlockBytes;
}

}  // namespace shadw::crypto
