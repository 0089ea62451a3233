// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/ipsec_mb.h"
#include "libshadw/crypto/secret.h"

namespace shadw::crypto {
namespace {

constexpr size_t kTagBytes = 16;
// Beyond it the library would return and have done nothing.
constexpr uint64_t kMaxMessageBytes = (uint64_t{1} << 36) - 32;

// A key schedule, and the state of a message under it. The library's header asks for
// this alignment only where its own build defines LINUX.
struct alignas(64) KeyedState {
  gcm_key_data key;
  gcm_context_data message;

  void Forget() { Wipe({reinterpret_cast<uint8_t*>(this), sizeof *this}); }
};

class IpsecMbAesGcm final : public AesGcmBackend {
 public:
  IpsecMbAesGcm(const IpsecMb& library, std::span<const uint8_t, 32> key) : library_(library) {
    library_.expand_key(key.data(), &state_.key);
  }
  IpsecMbAesGcm(const IpsecMbAesGcm&) = delete;
  IpsecMbAesGcm& operator=(const IpsecMbAesGcm&) = delete;
  ~IpsecMbAesGcm() override { state_.Forget(); }

  void SetKey(std::span<const uint8_t, 32> key) override {
    state_.Forget();
    library_.expand_key(key.data(), &state_.key);
  }

  void Seal(std::span<const uint8_t, 12> nonce, base::ByteSpan associated_data,
            base::ByteSpan plaintext, base::MutableByteSpan out) override {
    Require(plaintext.size() <= kMaxMessageBytes && out.size() == plaintext.size() + kTagBytes);
    library_.seal(&state_.key, &state_.message, out.data(), plaintext.data(), plaintext.size(),
                  nonce.data(), associated_data.data(), associated_data.size(),
                  out.data() + plaintext.size(), kTagBytes);
  }

  bool Open(std::span<const uint8_t, 12> nonce, base::ByteSpan associated_data,
            base::ByteSpan sealed, base::MutableByteSpan out) override {
    if (sealed.size() < kTagBytes) {
      Wipe(out);
      return false;
    }
    const base::ByteSpan ciphertext = sealed.first(sealed.size() - kTagBytes);
    Require(ciphertext.size() <= kMaxMessageBytes && out.size() == ciphertext.size());
    base::ByteArray<kTagBytes> tag;
    library_.open(&state_.key, &state_.message, out.data(), ciphertext.data(), ciphertext.size(),
                  nonce.data(), associated_data.data(), associated_data.size(), tag.data(),
                  kTagBytes);
    const bool verified = ConstantTimeEqual(tag, sealed.last(kTagBytes));
    if (!verified) Wipe(out);
    // The right tag of a forged message is what a forger lacks.
    Wipe(tag);
    return verified;
  }

 private:
  const IpsecMb& library_;
  KeyedState state_;
};

class IpsecMbGmac final : public GmacBackend {
 public:
  IpsecMbGmac(const IpsecMb& library, std::span<const uint8_t, 32> key,
              std::span<const uint8_t, 12> nonce)
      : library_(library) {
    Start(key, nonce);
  }
  IpsecMbGmac(const IpsecMbGmac&) = delete;
  IpsecMbGmac& operator=(const IpsecMbGmac&) = delete;
  ~IpsecMbGmac() override { state_.Forget(); }

  void Reset(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) override {
    state_.Forget();
    Start(key, nonce);
  }

  void Update(base::ByteSpan bytes) override {
    library_.mac_update(&state_.key, &state_.message, bytes.data(), bytes.size());
  }

  base::ByteArray<16> Final() override {
    base::ByteArray<16> tag;
    library_.mac_finish(&state_.key, &state_.message, tag.data(), tag.size());
    return tag;
  }

 private:
  void Start(std::span<const uint8_t, 32> key, std::span<const uint8_t, 12> nonce) {
    library_.expand_key(key.data(), &state_.key);
    library_.mac_start(&state_.key, &state_.message, nonce.data(), nonce.size());
  }

  const IpsecMb& library_;
  KeyedState state_;
};

}  // namespace

std::unique_ptr<AesGcmBackend> NewIpsecMbAesGcm(std::span<const uint8_t, 32> key) {
  const IpsecMb* const library = FindIpsecMb();
  if (library == nullptr || !library->gcm) return nullptr;
  return std::make_unique<IpsecMbAesGcm>(*library, key);
}

std::unique_ptr<GmacBackend> NewIpsecMbGmac(std::span<const uint8_t, 32> key,
                                            std::span<const uint8_t, 12> nonce) {
  const IpsecMb* const library = FindIpsecMb();
  if (library == nullptr || !library->gcm) return nullptr;
  return std::make_unique<IpsecMbGmac>(*library, key, nonce);
}

}  // namespace shadw::crypto
