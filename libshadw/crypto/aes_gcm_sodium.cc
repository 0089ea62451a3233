// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm_sodium.h"

#include <sodium.h>

#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/sodium_ready.h"

namespace shadw::crypto {
namespace {

using Schedule = crypto_aead_aes256gcm_state;

}  // namespace

absl::StatusOr<SodiumAesGcm> SodiumAesGcm::Create(std::span<const uint8_t, 32> key) {
  SodiumReady();
  if (crypto_aead_aes256gcm_is_available() == 0) {
    return absl::UnimplementedError(
        "crypto: got a CPU without AES and carry-less multiply instructions, need both");
  }
  return SodiumAesGcm(key);
}

// sodium_malloc ends an allocation at a page's end, so a size that is a multiple of the
// alignment is aligned.
SodiumAesGcm::SodiumAesGcm(std::span<const uint8_t, 32> key)
    : schedule_(Secret::Zeroed(sizeof(Schedule))) {
  static_assert(sizeof(Schedule) % alignof(Schedule) == 0);
  auto* const schedule = reinterpret_cast<Schedule*>(schedule_.mutable_bytes().data());
  crypto_aead_aes256gcm_beforenm(schedule, key.data());
}

void SodiumAesGcm::Seal(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                        base::ByteSpan plaintext, base::MutableByteSpan out) const {
  Require(out.size() == plaintext.size() + kTagBytes);
  const auto* const schedule = reinterpret_cast<const Schedule*>(schedule_.bytes().data());
  Require(crypto_aead_aes256gcm_encrypt_afternm(
              out.data(), nullptr, plaintext.data(), plaintext.size(), associated_data.data(),
              associated_data.size(), nullptr, nonce.data(), schedule) == 0);
}

bool SodiumAesGcm::Open(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
                        base::ByteSpan sealed, base::MutableByteSpan out) const {
  if (sealed.size() < kTagBytes) {
    Wipe(out);
    return false;
  }
  Require(out.size() == sealed.size() - kTagBytes);
  const auto* const schedule = reinterpret_cast<const Schedule*>(schedule_.bytes().data());
  if (crypto_aead_aes256gcm_decrypt_afternm(out.data(), nullptr, nullptr, sealed.data(),
                                            sealed.size(), associated_data.data(),
                                            associated_data.size(), nonce.data(), schedule) == 0) {
    return true;
  }
  Wipe(out);
  return false;
}

}  // namespace shadw::crypto
