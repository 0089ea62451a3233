// SPDX-License-Identifier: Apache-2.0
#include "libshadw/dht/krpc/bencode.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace shadw::dht::krpc {
namespace {

std::string Nested(int lists) {
  return std::string(static_cast<size_t>(lists), 'l') +
         std::string(static_cast<size_t>(lists), 'e');
}

bool Skips(std::string_view text) {
  BencodeReader in(base::AsBytes(text));
  return in.Skip().size() == text.size() && in.ok();
}

std::optional<int64_t> ReadInteger(std::string_view text) {
  BencodeReader in(base::AsBytes(text));
  const auto value = in.Integer();
  EXPECT_TRUE(in.ok()) << text;
  return value;
}

TEST(BencodeReader, PullsADictApart) {
  BencodeReader in(base::AsBytes("d1:ai-7e2:bbl3:abc0:e1:cd1:xi0eee"));
  ASSERT_TRUE(in.OpenDict());
  ASSERT_TRUE(in.More());
  EXPECT_EQ(base::AsText(in.String()), "a");
  EXPECT_EQ(in.Integer(), -7);
  ASSERT_TRUE(in.More());
  EXPECT_EQ(base::AsText(in.String()), "bb");
  ASSERT_TRUE(in.OpenList());
  ASSERT_TRUE(in.More());
  EXPECT_EQ(base::AsText(in.String()), "abc");
  ASSERT_TRUE(in.More());
  EXPECT_TRUE(in.String().empty());
  EXPECT_FALSE(in.More());
  ASSERT_TRUE(in.More());
  EXPECT_EQ(base::AsText(in.String()), "c");
  EXPECT_EQ(base::AsText(in.Skip()), "d1:xi0ee");
  EXPECT_FALSE(in.More());
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.rest().empty());
}

TEST(BencodeReader, OpensOnlyWhatStandsNext) {
  BencodeReader in(base::AsBytes("3:abc"));
  EXPECT_FALSE(in.OpenDict());
  EXPECT_FALSE(in.OpenList());
  EXPECT_FALSE(in.NextIsInteger());
  EXPECT_TRUE(in.NextIsString());
  EXPECT_EQ(base::AsText(in.String()), "abc");
}

TEST(BencodeReader, ReadsStringsOfEveryLength) {
  for (size_t size = 0; size < 1200; ++size) {
    const std::string content(size, 'x');
    const std::string text = std::to_string(size) + ":" + content;
    BencodeReader in(base::AsBytes(text));
    EXPECT_EQ(base::AsText(in.String()), content);
    EXPECT_TRUE(in.ok() && in.rest().empty()) << size;
    BencodeReader cut(base::AsBytes(text).first(text.size() - 1));
    EXPECT_TRUE(cut.String().empty());
    EXPECT_FALSE(cut.ok()) << size;
  }
}

TEST(BencodeReader, ReadsEveryIntegerOf64Bits) {
  for (const int64_t value :
       {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{1234567890123},
        std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    EXPECT_EQ(ReadInteger("i" + std::to_string(value) + "e"), value);
  }
}

TEST(BencodeReader, GoesPastIntegersThatDoNotFit) {
  for (const char* text :
       {"i9223372036854775808e", "i-9223372036854775809e", "i18446744073709551615e",
        "i18446744073709551616e", "i99999999999999999999999999999999e"}) {
    EXPECT_EQ(ReadInteger(text), std::nullopt) << text;
  }
}

TEST(BencodeReader, FailsOnMalformedBytesAndStaysFailed) {
  for (const char* text : {"",
                           "e",
                           "x",
                           "i",
                           "ie",
                           "i-e",
                           "i-0e",
                           "i00e",
                           "i01e",
                           "i-01e",
                           "i1",
                           "i1x",
                           "i 1e",
                           "i+1e",
                           "1",
                           "1:",
                           "01:a",
                           "00:",
                           "3:ab",
                           "-1:a",
                           "1a:b",
                           "99999999999999999999999:a",
                           "l",
                           "li1e",
                           "d",
                           "d1:a",
                           "d1:ae",
                           "di1ei2ee",
                           "dlei1ee",
                           "d1:ai1e",
                           "18446744073709551617:a"}) {
    BencodeReader in(base::AsBytes(text));
    EXPECT_TRUE(in.Skip().empty()) << text;
    EXPECT_FALSE(in.ok()) << text;
    EXPECT_FALSE(in.More() || in.OpenDict() || in.OpenList() || in.NextIsString()) << text;
    EXPECT_TRUE(in.String().empty()) << text;
    EXPECT_EQ(in.Integer(), std::nullopt) << text;
  }
}

TEST(BencodeReader, SkipsOnlySoDeep) {
  EXPECT_TRUE(Skips(Nested(kMaxDepth)));
  EXPECT_FALSE(Skips(Nested(kMaxDepth + 1)));
  EXPECT_FALSE(Skips(std::string(100'000, 'l')));
  EXPECT_FALSE(Skips(std::string(100'000, 'd')));
}

TEST(BencodeReader, DoesNotCareForTheOrderOfKeys) {
  EXPECT_TRUE(Skips("d1:bi1e1:ai2ee"));
  EXPECT_TRUE(Skips("d1:ai1e1:ai2ee"));
}

TEST(CheckCanonical, AcceptsEachTypeInItsOnlyForm) {
  for (const char* text : {"0:", "3:abc", "i0e", "i-1e", "i99999999999999999999999e", "le", "de",
                           "li1e1:ae", "d0:i1e1:ai1e2:aai1e1:bdee", "d1:\x7fi1e1:\x80i1ee"}) {
    EXPECT_TRUE(CheckCanonical(base::AsBytes(text))) << text;
  }
}

TEST(CheckCanonical, RefusesSecondFormsOfTheSame) {
  for (const char* text :
       {"", "d1:bi1e1:ai1ee", "d1:ai1e1:ai1ee", "d2:aai1e1:ai1ee", "ld1:bi1e1:ai1eee",
        "d1:ad1:bi1e1:ai1eee", "i01e", "i-0e", "01:a", "1:ab", "i1ei2e", "1:ae", "d0:i1e0:i1ee"}) {
    EXPECT_FALSE(CheckCanonical(base::AsBytes(text))) << text;
  }
}

TEST(CheckCanonical, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_TRUE(CheckCanonical(base::AsBytes(Nested(kMaxDepth))));
  EXPECT_FALSE(CheckCanonical(base::AsBytes(Nested(kMaxDepth + 1))));
  const std::string content(kMaxCanonicalBytes - 6, 'x');
  const std::string longest = std::to_string(content.size()) + ":" + content;
  EXPECT_EQ(longest.size(), kMaxCanonicalBytes);
  EXPECT_TRUE(CheckCanonical(base::AsBytes(longest)));
  EXPECT_FALSE(CheckCanonical(base::AsBytes("65531:" + content + "x")));
}

TEST(BencodeWriter, WritesWhatTheReaderReads) {
  base::Bytes buffer(200);
  BencodeWriter out(buffer);
  out.Raw("d1:a").Integer(std::numeric_limits<int64_t>::min());
  out.Raw("1:b").String(base::AsBytes("text")).Raw("1:c").Length(0).Raw("e");
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(base::AsText(out.written()), "d1:ai-9223372036854775808e1:b4:text1:c0:e");
  EXPECT_TRUE(CheckCanonical(out.written()));
}

TEST(BencodeWriter, StopsAtTheEndOfItsBuffer) {
  for (size_t size = 0; size <= 20; ++size) {
    base::Bytes buffer(size + 1, 0xee);
    BencodeWriter out(base::MutableByteSpan(buffer).first(size));
    out.Raw("l").String(base::AsBytes("0123456789")).Integer(123).Raw("e");
    EXPECT_EQ(out.ok(), size >= 20) << size;
    EXPECT_LE(out.written().size(), size);
    EXPECT_EQ(buffer.back(), 0xee);
    EXPECT_EQ(out.Room(1), nullptr);
  }
}

}  // namespace
}  // namespace shadw::dht::krpc
