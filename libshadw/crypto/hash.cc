// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/hash.h"

#include <sodium.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libshadw/crypto/backend.h"
#include "libshadw/crypto/openssl.h"
#include "libshadw/crypto/sha256_lanes.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {

struct Sha256Hasher::Impl {
  DigestContext context = NewDigestContext();

  void Start() { Require(EVP_DigestInit_ex2(context.get(), Sha256Digest(), nullptr) == 1); }
};

Sha256Hasher::Sha256Hasher() : impl_(std::make_unique<Impl>()) { impl_->Start(); }
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;
Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::Update(base::ByteSpan bytes) {
  Require(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

base::ByteArray<32> Sha256Hasher::Final() {
  base::ByteArray<32> digest;
  Require(EVP_DigestFinal_ex(impl_->context.get(), digest.data(), nullptr) == 1);
  impl_->Start();
  return digest;
}

base::ByteArray<32> Sha256(base::ByteSpan bytes) { return Sha256({bytes}); }

base::ByteArray<32> Sha256(std::initializer_list<base::ByteSpan> parts) {
  Sha256Hasher hasher;
  for (const base::ByteSpan part : parts) hasher.Update(part);
  return hasher.Final();
}

LeafHasher::LeafHasher() = default;
LeafHasher::LeafHasher(LeafHasher&&) noexcept = default;
LeafHasher& LeafHasher::operator=(LeafHasher&&) noexcept = default;
LeafHasher::~LeafHasher() = default;

void LeafHasher::Hash(base::ByteSpan data, size_t leaf_bytes, base::ByteArray<32>* out) {
  Require(leaf_bytes > 0 && data.size() % leaf_bytes == 0);
  const size_t hashed = OnlyOpenSsl() ? 0 : HashInLanes(data, leaf_bytes, out);
  data = data.subspan(hashed * leaf_bytes);
  out += hashed;
  for (; !data.empty(); data = data.subspan(leaf_bytes)) {
    hasher_.Update(data.first(leaf_bytes));
    *out++ = hasher_.Final();
  }
}

void LeafHasher::Hash(std::span<const Leaf> leaves) {
  for (const Leaf& leaf : leaves) {
    Require(!leaf.bytes.empty() && leaf.bytes.size() == leaves.front().bytes.size());
  }
  const size_t hashed = OnlyOpenSsl() ? 0 : HashInLanes(leaves);
  for (const Leaf& leaf : leaves.subspan(hashed)) {
    hasher_.Update(leaf.bytes);
    *leaf.hash = hasher_.Final();
  }
}

namespace {

// libsodium must not be given a null pointer, not even with length zero.
const uint8_t* NonNull(base::ByteSpan key) {
  static constexpr uint8_t kNothing = 0;
  return key.empty() ? &kNothing : key.data();
}

}  // namespace

void HmacSha512Into(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts,
                    std::span<uint8_t, 64> out) {
  SodiumReady();
  crypto_auth_hmacsha512_state state;
  crypto_auth_hmacsha512_init(&state, NonNull(key), key.size());
  for (const base::ByteSpan part : parts) {
    crypto_auth_hmacsha512_update(&state, part.data(), part.size());
  }
  crypto_auth_hmacsha512_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
}

base::ByteArray<64> HmacSha512(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts) {
  base::ByteArray<64> out;
  HmacSha512Into(key, parts, out);
  return out;
}

namespace {

void HmacSha256Into(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts,
                    base::ByteArray<32>& out) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, NonNull(key), key.size());
  for (const base::ByteSpan part : parts) {
    crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  }
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
}

}  // namespace

absl::Status HkdfSha256(base::ByteSpan ikm, base::ByteSpan salt, base::ByteSpan info,
                        base::MutableByteSpan out) {
  if (out.size() > kMaxHkdfSha256Bytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got an HKDF output of ", out.size(),
                                                   " bytes, need at most ", kMaxHkdfSha256Bytes));
  }
  SodiumReady();
  base::ByteArray<32> extracted;
  HmacSha256Into(salt, {ikm}, extracted);
  base::ByteArray<32> block;
  for (uint8_t counter = 1; !out.empty(); ++counter) {
    const base::ByteSpan previous = base::ByteSpan(block).first(counter == 1 ? 0 : block.size());
    HmacSha256Into(extracted, {previous, info, {&counter, 1}}, block);
    const size_t count = std::min(block.size(), out.size());
    std::copy_n(block.begin(), count, out.begin());
    out = out.subspan(count);
  }
  sodium_memzero(extracted.data(), extracted.size());
  sodium_memzero(block.data(), block.size());
  return absl::OkStatus();
}

}  // namespace shadw::crypto
