// SPDX-License-Identifier: Apache-2.0
//
// AES-256-GCM for bulk data, and its authentication alone (GMAC). An object holds one
// key schedule; sealing many cells under one key, or re-keying for the next shard,
// allocates nothing.
//
//   crypto::AesGcm gcm(cek.bytes());
//   gcm.Seal(nonce, {}, std::span(cell).first(32752), cell);     // in place, tag at the end
//   if (!gcm.Open(nonce, {}, cell, std::span(cell).first(32752))) return corrupt;
//   gcm.SetKey(next.bytes());
//
// Limits: a nonce used twice under one key destroys it: the caller counts (see
// `nonce_counter.h`). GCM does not commit to its key: one ciphertext can open under two
// (commit beside it, as the shard header does). One message has at most 2^36 - 32 bytes.
// Key schedules stand in ordinary memory that is wiped on release, not in locked pages:
// keep these objects short-lived. Not thread-safe; a moved-from object may only be
// assigned or destroyed.
//
// libipsec-mb does the work where it was there at build time and the CPU has AVX-512 with
// VAES and VPCLMULQDQ, two to three times as fast as OpenSSL, which does it elsewhere; the
// bytes are the same. SHADW_CRYPTO_BACKEND=openssl in the environment of a process keeps
// it to OpenSSL.
//   Source   NIST SP 800-38D
#ifndef LIBSHADW_CRYPTO_AES_GCM_H_
#define LIBSHADW_CRYPTO_AES_GCM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "libshadw/base/bytes.h"

namespace shadw::crypto {

class AesGcm {
 public:
  static constexpr size_t kKeyBytes = 32;
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;

  explicit AesGcm(std::span<const uint8_t, kKeyBytes> key);
  AesGcm(AesGcm&&) noexcept;
  AesGcm& operator=(AesGcm&&) noexcept;
  ~AesGcm();

  // Puts another key in place of the old one.
  void SetKey(std::span<const uint8_t, kKeyBytes> key);

  // Encrypts and authenticates `plaintext`, authenticates `associated_data`.
  //   Shapes   out  plaintext.size() + 16 bytes: ciphertext, then tag; it may start where
  //                 plaintext starts and may not overlap it otherwise
  void Seal(std::span<const uint8_t, kNonceBytes> nonce, base::ByteSpan associated_data,
            base::ByteSpan plaintext, base::MutableByteSpan out);

  // Undoes Seal; false where anything differs from what was sealed.
  //   Shapes   sealed  ciphertext, then tag; under 16 bytes it is refused
  //            out     sealed.size() - 16 bytes, may start where sealed starts
  //   Secrets  on failure `out` is wiped: nothing unverified leaves
  [[nodiscard]] bool Open(std::span<const uint8_t, kNonceBytes> nonce,
                          base::ByteSpan associated_data, base::ByteSpan sealed,
                          base::MutableByteSpan out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// AES-256-GMAC of what comes piece by piece: the tag of a GCM message without
// plaintext, whose associated data are the pieces.
//   Secrets  as with GCM, one (key, nonce) pair authenticates one message
class Gmac {
 public:
  static constexpr size_t kTagBytes = 16;

  Gmac(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce);
  Gmac(Gmac&&) noexcept;
  Gmac& operator=(Gmac&&) noexcept;
  ~Gmac();

  // Starts another message.
  void Reset(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce);
  void Update(base::ByteSpan bytes);
  // The tag. Reset comes next, or nothing.
  base::ByteArray<kTagBytes> Final();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace shadw::crypto

#endif  // LIBSHADW_CRYPTO_AES_GCM_H_
