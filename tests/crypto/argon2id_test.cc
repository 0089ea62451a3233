// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/argon2id.h"

#include <gtest/gtest.h>

#include <numeric>

namespace shadw::crypto {
namespace {

base::ByteArray<16> Salt() {
  base::ByteArray<16> salt;
  std::iota(salt.begin(), salt.end(), uint8_t{0});
  return salt;
}

// Source: computed with OpenSSL's implementation: 2 passes, 64 KiB, one lane.
TEST(Argon2id, GivesTheHashThatAnotherImplementationGives) {
  const auto hash =
      Argon2id(base::AsBytes("message"), Salt(), {.passes = 2, .memory_bytes = 64 * base::kKiB});
  ASSERT_TRUE(hash.ok()) << hash.status();
  EXPECT_EQ(base::ToHex(*hash), "c681d9f50d50497c7adedadf841b023551fde4f88383661fe5b55bd7b7505998");
}

TEST(Argon2id, RefusesCostsOutsideItsLimitsByName) {
  for (const Argon2idCost& cost :
       {Argon2idCost{.passes = 0}, Argon2idCost{.passes = kMaxArgon2idPasses + 1},
        Argon2idCost{.memory_bytes = kMinArgon2idBytes - 1},
        Argon2idCost{.memory_bytes = kMaxArgon2idBytes + 1}}) {
    const absl::Status status = Argon2id({}, Salt(), cost).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(status.message().find("need"), std::string::npos);
  }
}

}  // namespace
}  // namespace shadw::crypto
