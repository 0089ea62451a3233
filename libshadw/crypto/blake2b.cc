// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/blake2b.h"

#include <sodium.h>

#include "absl/strings/str_cat.h"
#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

using State = crypto_generichash_blake2b_state;

State* StateOf(base::ByteArray<384>& bytes) { return reinterpret_cast<State*>(bytes.data()); }

template <size_t kOutBytes>
base::ByteArray<kOutBytes> Hash(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts) {
  SodiumReady();
  State state;
  Require(crypto_generichash_blake2b_init(&state, key.data(), key.size(), kOutBytes) == 0);
  for (const base::ByteSpan part : parts) {
    crypto_generichash_blake2b_update(&state, part.data(), part.size());
  }
  base::ByteArray<kOutBytes> out;
  Require(crypto_generichash_blake2b_final(&state, out.data(), out.size()) == 0);
  if (!key.empty()) sodium_memzero(&state, sizeof state);
  return out;
}

}  // namespace

base::ByteArray<32> Blake2b256(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts) {
  return Hash<32>(key, parts);
}

base::ByteArray<16> Blake2b128(base::ByteSpan key, std::initializer_list<base::ByteSpan> parts) {
  return Hash<16>(key, parts);
}

absl::StatusOr<Blake2b> Blake2b::Create(base::ByteSpan key, size_t out_bytes) {
  if (key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got a BLAKE2b key of ", key.size(),
                                                   " bytes, need at most ", kMaxKeyBytes));
  }
  if (out_bytes < kMinOutBytes || out_bytes > kMaxOutBytes) {
    return absl::InvalidArgumentError(absl::StrCat("crypto: got a BLAKE2b output of ", out_bytes,
                                                   " bytes, need ", kMinOutBytes, " to ",
                                                   kMaxOutBytes));
  }
  return Blake2b(key, out_bytes);
}

Blake2b::Blake2b(base::ByteSpan key, size_t out_bytes) : out_bytes_(out_bytes) {
  static_assert(sizeof(State) <= sizeof state_ && alignof(State) <= 64);
  SodiumReady();
  Require(crypto_generichash_blake2b_init(StateOf(state_), key.data(), key.size(), out_bytes) == 0);
}

Blake2b::~Blake2b() { Wipe(state_); }

void Blake2b::Update(base::ByteSpan bytes) {
  crypto_generichash_blake2b_update(StateOf(state_), bytes.data(), bytes.size());
}

void Blake2b::Final(base::MutableByteSpan out) {
  Require(out.size() == out_bytes_);
  Require(crypto_generichash_blake2b_final(StateOf(state_), out.data(), out.size()) == 0);
}

}  // namespace shadw::crypto
