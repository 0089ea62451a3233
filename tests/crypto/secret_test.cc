// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <ostream>
#include <thread>
#include <type_traits>
#include <vector>

#include "libshadw/base/bytes.h"
#include "libshadw/base/coding.h"

namespace shadw::crypto {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

template <typename T>
constexpr bool kKeepsToItself =
    !std::copy_constructible<T> && !std::is_copy_assignable_v<T> && !std::equality_comparable<T> &&
    !Printable<T> && !std::default_initializable<T>;
static_assert(kKeepsToItself<Secret> && kKeepsToItself<SecretKey>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<SecretKey>);

TEST(Secret, StartsAsZeros) {
  const Secret secret = Secret::Zeroed(100);
  EXPECT_EQ(base::ToBytes(secret.bytes()), base::Bytes(100));
}

TEST(Secret, MayBeEmpty) {
  const Secret secret = Secret::Zeroed(0);
  EXPECT_TRUE(secret.bytes().empty());
  EXPECT_TRUE(secret.Clone().bytes().empty());
}

TEST(Secret, ACloneDoesNotFollowItsOriginal) {
  Secret original = Secret::CopyOf(base::AsBytes("seven"));
  const Secret clone = original.Clone();
  std::ranges::fill(original.mutable_bytes(), uint8_t{0});
  EXPECT_EQ(base::AsText(clone.bytes()), "seven");
}

TEST(Secret, IsEmptyAfterItMovedAway) {
  Secret from = Secret::CopyOf(base::AsBytes("moved"));
  const Secret to = std::move(from);
  EXPECT_EQ(base::AsText(to.bytes()), "moved");
  EXPECT_EQ(from.size(), 0u);  // NOLINT(bugprone-use-after-move): that is the question
  from = Secret::CopyOf(base::AsBytes("again"));
  EXPECT_EQ(base::AsText(from.bytes()), "again");
}

TEST(SecretKey, HoldsThirtyTwoBytes) {
  base::ByteArray<32> bytes;
  std::ranges::generate(bytes, [n = uint8_t{0}]() mutable { return n++; });
  SecretKey key = SecretKey::CopyOf(bytes);
  SecretKey clone = key.Clone();
  key.mutable_bytes()[0] = 99;
  EXPECT_TRUE(std::ranges::equal(clone.bytes(), bytes));
  key = std::move(clone);
  EXPECT_TRUE(std::ranges::equal(key.bytes(), bytes));
  EXPECT_THAT(SecretKey::Zeroed().bytes(), testing::Each(0));
}

TEST(Secret, ManyLiveAtOnceAndNoneTouchesAnother) {
  std::vector<SecretKey> keys;
  base::ByteArray<32> bytes{};
  for (uint32_t i = 0; i < 40'000; ++i) {
    base::StoreLittleEndian(bytes.data(), i);
    keys.push_back(SecretKey::CopyOf(bytes));
    if (i % 3 == 2) keys.erase(keys.end() - 2);
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto number = static_cast<uint32_t>(i / 2 * 3 + i % 2 * 2);
    EXPECT_EQ(base::LoadLittleEndian<uint32_t>(keys[i].bytes().data()), number);
  }
  keys.clear();
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_THAT(SecretKey::Zeroed().bytes(), testing::Each(0));
  }
}

TEST(SecretDeathTest, DiesWhenSomebodyReadsPastTheEndOfALongOne) {
  const Secret secret = Secret::Zeroed(100);
  EXPECT_DEATH(
      {
        const volatile uint8_t* const past = secret.bytes().data() + 100;
        (void)*past;
      },
      "");
}

TEST(Secret, IsReadyWhicheverThreadComesFirst) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([] { EXPECT_EQ(Secret::Zeroed(8).size(), 8u); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ConstantTimeEqual, SeesEveryDifferentBit) {
  const base::ByteArray<8> bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_TRUE(ConstantTimeEqual(bytes, bytes));
  for (size_t bit = 0; bit < 64; ++bit) {
    base::ByteArray<8> other = bytes;
    other[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(ConstantTimeEqual(bytes, other)) << bit;
  }
}

TEST(ConstantTimeEqual, TellsLengthsApart) {
  const base::ByteArray<4> zeros{};
  EXPECT_FALSE(ConstantTimeEqual(zeros, base::ByteSpan(zeros).first(3)));
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
}

TEST(Wipe, ZeroesExactlyWhatItIsGiven) {
  base::ByteArray<4> bytes = {1, 2, 3, 4};
  Wipe(base::MutableByteSpan(bytes).subspan(1, 2));
  EXPECT_THAT(bytes, testing::ElementsAre(1, 0, 0, 4));
  Wipe({});
}

}  // namespace
}  // namespace shadw::crypto
