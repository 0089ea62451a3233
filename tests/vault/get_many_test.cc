// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/get_many.h"

#include <gtest/gtest.h>

#include "tests/vault/hooked_store.h"
#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

class GetManyTest : public testing::Test {
 protected:
  GetManyTest() : test_(6) {}

  Objects Small(size_t count, size_t bytes) {
    Objects contents;
    for (size_t i = 0; i < count; ++i) {
      contents["n" + std::to_string(i)] = test_.RandomBytes(bytes + i % 5);
    }
    return contents;
  }

  // Objects by name; where one cannot be read, the code of its error is the content.
  static Objects GetAll(Vault& vault, const std::vector<CatalogueEntry>& entries) {
    Objects got;
    const absl::Status visited =
        vault.GetMany(entries, [&](const CatalogueEntry& entry, const ObjectReader& read) {
          EXPECT_FALSE(got.contains(entry.name));
          base::Bytes& content = got[entry.name];
          const auto report = read(AppendTo(content));
          if (report.ok()) {
            EXPECT_EQ(report->bytes, content.size());
            EXPECT_EQ(entry.object_bytes, content.size());
            EXPECT_EQ(entry.mode, 0640u);
            EXPECT_EQ(entry.mtime_ns, 77);
          } else {
            content = {static_cast<uint8_t>(report.status().code())};
          }
          return absl::OkStatus();
        });
    EXPECT_TRUE(visited.ok()) << visited;
    return got;
  }

  TestVault test_;
};

TEST_F(GetManyTest, VisitsPackedAndOtherObjectsOnceEach) {
  Objects contents = Small(200, 700);
  contents["empty"] = {};
  contents["large"] = test_.RandomBytes(200'000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  EXPECT_EQ(GetAll(vault, *vault.List()), contents);
  EXPECT_EQ(GetAll(vault, *vault.List("n7")).size(), 11u);
  EXPECT_TRUE(GetAll(vault, {}).empty());
}

TEST_F(GetManyTest, ReadsAPackOnceWhereMuchOfItIsWanted) {
  const Objects contents = Small(300, 700);
  Options options = test_.MakeOptions();
  auto hooks = std::make_shared<StoreHooks>();
  size_t gets = 0;
  hooks->before = [&](const StoreCall& call) {
    gets += call.kind == StoreCall::Kind::kGet ? 1 : 0;
    return absl::OkStatus();
  };
  for (auto& store : options.stores) store = std::make_shared<HookedStore>(store, hooks);
  Vault vault = Vault::Open(options, test_.Keys()).value();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const std::vector<CatalogueEntry> entries = *vault.List();
  gets = 0;
  EXPECT_EQ(GetAll(vault, entries), contents);
  EXPECT_LT(gets, 150u);
}

TEST_F(GetManyTest, WhatWasReplacedIsNewAndWhatWasRemovedIsNotFound) {
  Objects contents = Small(40, 700);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const std::vector<CatalogueEntry> old = *vault.List();
  contents["n3"] = test_.RandomBytes(100'000);
  const PutOptions options{.mode = 0640, .mtime_ns = 77};
  ASSERT_TRUE(vault.Put("n3", SourceOf(contents["n3"]), options).ok());
  ASSERT_TRUE(vault.Remove("n4").ok());
  contents["n4"] = {static_cast<uint8_t>(absl::StatusCode::kNotFound)};
  Objects got = GetAll(vault, old);
  // What was removed from a pack may still be read by those who had seen it there.
  if (got["n4"].size() > 1) got["n4"] = contents["n4"];
  EXPECT_EQ(got, contents);
  EXPECT_EQ(GetAll(vault, *vault.List()).size(), 39u);
}

TEST_F(GetManyTest, MembersOfAPackThatWasCompactedMeanwhileAreFound) {
  Objects contents = Small(40, 4000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  const std::vector<CatalogueEntry> old = *vault.List();
  for (int i = 0; i < 30; ++i) {
    const std::string name = "n" + std::to_string(i);
    ASSERT_TRUE(vault.Remove(name).ok());
    contents[name] = {static_cast<uint8_t>(absl::StatusCode::kNotFound)};
  }
  ASSERT_TRUE(vault.Compact().ok());
  EXPECT_EQ(GetAll(vault, old), contents);
}

TEST_F(GetManyTest, LossIsOvercome) {
  const Objects contents = Small(100, 2000);
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(contents)).ok());
  test_.stores.erase(test_.stores.begin(), test_.stores.begin() + 2);
  Vault after = test_.Open();
  EXPECT_EQ(GetAll(after, *after.List()), contents);
}

TEST_F(GetManyTest, AnErrorOfTheVisitorEndsTheVisit) {
  Vault vault = test_.Open();
  ASSERT_TRUE(vault.PutMany(ItemsOf(Small(10, 100))).ok());
  int visited = 0;
  const auto stop = [&](const CatalogueEntry&, const ObjectReader&) {
    return ++visited == 4 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_EQ(vault.GetMany(*vault.List(), stop).message(), "enough");
  EXPECT_EQ(visited, 4);
}

}  // namespace
}  // namespace shadw::vault
