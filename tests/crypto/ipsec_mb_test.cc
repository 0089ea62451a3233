// SPDX-License-Identifier: Apache-2.0
// Both libraries behind bulk crypto give the same bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "libshadw/crypto/aes_gcm_backend.h"
#include "libshadw/crypto/hash.h"
#include "libshadw/crypto/random.h"
#include "libshadw/crypto/sha256_lanes.h"

namespace shadw::crypto {
namespace {

constexpr int kCases = 10'000;
constexpr size_t kTagBytes = 16;

bool Absent() { return NewIpsecMbAesGcm(base::ByteArray<32>{}) == nullptr; }

size_t Below(SeededRandom& random, size_t bound) {
  const auto draw = random.Array<4>();
  return (draw[0] | size_t{draw[1]} << 8 | size_t{draw[2]} << 16) % bound;
}

// Mostly short, where the ends of blocks are; sometimes a few cells long.
size_t DrawLength(SeededRandom& random) {
  return Below(random, 50) == 0 ? Below(random, 100'000) : Below(random, 1'200);
}

base::Bytes Draw(SeededRandom& random, size_t size) {
  base::Bytes bytes(size);
  random.Fill(bytes);
  return bytes;
}

class GcmPair {
 public:
  // Sealed by both, opened by the other one, refused by both after a change.
  void ExpectOneBehaviour(SeededRandom& random, size_t length, size_t associated) {
    const auto key = random.Array<32>();
    nonce_ = random.Array<12>();
    data_ = Draw(random, associated);
    plaintext_ = Draw(random, length);
    openssl_->SetKey(key);
    ipsec_mb_->SetKey(key);
    sealed_.assign(length + kTagBytes, 0x55);
    openssl_->Seal(nonce_, data_, plaintext_, sealed_);
    offset_ = Below(random, 64);

    ExpectSeals(false);
    ExpectSeals(true);
    ExpectOpens(*ipsec_mb_, false, true);
    ExpectOpens(*ipsec_mb_, true, true);
    ExpectOpens(*openssl_, true, true);
    sealed_[Below(random, sealed_.size())] ^= static_cast<uint8_t>(1 << Below(random, 8));
    ExpectOpens(*ipsec_mb_, false, false);
    ExpectOpens(*ipsec_mb_, true, false);
    ExpectOpens(*openssl_, false, false);
  }

 private:
  void ExpectSeals(bool in_place) {
    base::Bytes memory(offset_ + sealed_.size(), 0xaa);
    const base::MutableByteSpan out = base::MutableByteSpan(memory).subspan(offset_);
    base::ByteSpan input = plaintext_;
    if (in_place) {
      std::ranges::copy(plaintext_, out.begin());
      input = out.first(plaintext_.size());
    }
    ipsec_mb_->Seal(nonce_, data_, input, out);
    EXPECT_TRUE(std::ranges::equal(out, sealed_));
    EXPECT_EQ(
        std::ranges::count(memory.begin(), memory.end() - static_cast<ptrdiff_t>(out.size()), 0xaa),
        static_cast<ptrdiff_t>(offset_));
  }

  void ExpectOpens(AesGcmBackend& backend, bool in_place, bool expected) {
    base::Bytes memory(offset_ + sealed_.size(), 0xaa);
    const base::MutableByteSpan place = base::MutableByteSpan(memory).subspan(offset_);
    base::ByteSpan input = sealed_;
    if (in_place) {
      std::ranges::copy(sealed_, place.begin());
      input = place;
    }
    const base::MutableByteSpan out = place.first(plaintext_.size());
    EXPECT_EQ(backend.Open(nonce_, data_, input, out), expected);
    EXPECT_TRUE(std::ranges::equal(out, expected ? plaintext_ : base::Bytes(plaintext_.size())));
  }

  std::unique_ptr<AesGcmBackend> openssl_ = NewOpenSslAesGcm(base::ByteArray<32>{});
  std::unique_ptr<AesGcmBackend> ipsec_mb_ = NewIpsecMbAesGcm(base::ByteArray<32>{});
  base::ByteArray<12> nonce_{};
  base::Bytes data_;
  base::Bytes plaintext_;
  base::Bytes sealed_;
  size_t offset_ = 0;
};

TEST(IpsecMbAesGcm, BehavesAsOpenSslForEveryLength) {
  if (Absent()) GTEST_SKIP() << "libipsec-mb is absent";
  SeededRandom random(1);
  GcmPair pair;
  for (size_t length = 0; length <= 300; ++length) {
    for (const size_t associated : {size_t{0}, size_t{1}, size_t{96}, length, 300 - length}) {
      pair.ExpectOneBehaviour(random, length, associated);
      ASSERT_FALSE(HasFailure()) << length << " " << associated;
    }
  }
}

TEST(IpsecMbAesGcm, BehavesAsOpenSslInTenThousandRandomCases) {
  if (Absent()) GTEST_SKIP() << "libipsec-mb is absent";
  SeededRandom random(2);
  GcmPair pair;
  for (int i = 0; i < kCases; ++i) {
    const size_t length = DrawLength(random);
    const size_t associated = DrawLength(random) / 4;
    pair.ExpectOneBehaviour(random, length, associated);
    ASSERT_FALSE(HasFailure()) << i << ": " << length << " " << associated;
  }
}

// The message in pieces at random cuts; `pieces` is the bound of a piece.
base::ByteArray<16> Tag(GmacBackend& mac, SeededRandom& random, base::ByteSpan message,
                        size_t pieces) {
  while (!message.empty()) {
    const size_t count = std::min(message.size(), Below(random, pieces));
    mac.Update(message.first(count));
    message = message.subspan(count);
  }
  return mac.Final();
}

TEST(IpsecMbGmac, AgreesWithOpenSslForEveryLengthAndInTenThousandRandomCases) {
  if (Absent()) GTEST_SKIP() << "libipsec-mb is absent";
  SeededRandom random(3);
  const auto openssl = NewOpenSslGmac(base::ByteArray<32>{}, base::ByteArray<12>{});
  const auto ipsec_mb = NewIpsecMbGmac(base::ByteArray<32>{}, base::ByteArray<12>{});
  for (int i = 0; i < 301 + kCases; ++i) {
    const auto key = random.Array<32>();
    const auto nonce = random.Array<12>();
    const base::Bytes message =
        Draw(random, i <= 300 ? static_cast<size_t>(i) : DrawLength(random));
    openssl->Reset(key, nonce);
    openssl->Update(message);
    ipsec_mb->Reset(key, nonce);
    const size_t pieces = i % 2 == 0 ? 40 : 5'000;
    ASSERT_EQ(Tag(*ipsec_mb, random, message, pieces), openssl->Final()) << message.size();
  }
}

constexpr base::ByteArray<32> kUntouched = {0xaa, 0xbb, 0xcc};

// Leaves at a random address; `hasher` is OpenSSL.
size_t ExpectHashes(Sha256Hasher& hasher, SeededRandom& random, size_t leaf_bytes, size_t count) {
  const base::Bytes memory = Draw(random, 64 + leaf_bytes * count);
  const base::ByteSpan data = base::ByteSpan(memory).subspan(Below(random, 64), leaf_bytes * count);
  std::vector<base::ByteArray<32>> hashes(count, kUntouched);
  const size_t hashed = HashInLanes(data, leaf_bytes, hashes.data());
  EXPECT_LE(hashed, count);
  for (size_t i = 0; i < count; ++i) {
    hasher.Update(data.subspan(i * leaf_bytes, leaf_bytes));
    const auto expected = hasher.Final();
    EXPECT_EQ(hashes[i], i < hashed ? expected : kUntouched) << leaf_bytes << " " << i;
  }
  return hashed;
}

TEST(Sha256Lanes, AgreeWithOpenSslForEveryLengthAndCount) {
  SeededRandom random(4);
  Sha256Hasher hasher;
  for (size_t leaf_bytes = 1; leaf_bytes <= 300; ++leaf_bytes) {
    for (size_t count = 0; count <= 34; ++count) {
      ExpectHashes(hasher, random, leaf_bytes, count);
      ASSERT_FALSE(HasFailure()) << leaf_bytes << " " << count;
    }
  }
}

TEST(Sha256Lanes, AgreeWithOpenSslInTenThousandRandomCases) {
  SeededRandom random(5);
  Sha256Hasher hasher;
  for (int i = 0; i < kCases; ++i) {
    ExpectHashes(hasher, random, 1 + DrawLength(random), Below(random, 35));
    ASSERT_FALSE(HasFailure()) << i;
  }
}

TEST(Sha256Lanes, LeaveLongLeavesToOpenSsl) {
  SeededRandom random(6);
  Sha256Hasher hasher;
  for (size_t leaf_bytes = 65'500; leaf_bytes <= 65'600; ++leaf_bytes) {
    const size_t hashed = ExpectHashes(hasher, random, leaf_bytes, 17);
    if (leaf_bytes >= 65'535) {
      EXPECT_EQ(hashed, 0u) << leaf_bytes;
    }
  }
}

TEST(Sha256Lanes, OfEachThreadAreItsOwn) {
  std::vector<std::thread> threads;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([seed] {
      SeededRandom random(seed);
      Sha256Hasher hasher;
      for (size_t i = 0; i < 200; ++i) ExpectHashes(hasher, random, 500 + i, 20 + i % 16);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace shadw::crypto
