// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/catalogue.h"

#include <gtest/gtest.h>

#include "tests/vault/test_vault.h"

namespace shadw::vault {
namespace {

// The catalogue alone, over cheap stores.
struct TestCatalogue {
  explicit TestCatalogue(TestVault& test)
      : env(test.MakeOptions()),
        keys(test.Keys()),
        intents(env, keys),
        catalogue(env, keys, intents) {}

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    EXPECT_TRUE(catalogue
                    .Visit([&](const CatalogueEntry& entry) {
                      names.push_back(entry.name);
                      return absl::OkStatus();
                    })
                    .ok());
    std::ranges::sort(names);
    return names;
  }

  Environment env;
  shard::VaultKeys keys;
  IntentBook intents;
  Catalogue catalogue;
  std::vector<CatalogueEntry> gone;
};

CatalogueEntry EntryNamed(const std::string& name, uint64_t sequence = 1) {
  return {.name = name, .sequence = sequence};
}

std::string Numbered(int i) {
  std::string digits = std::to_string(i);
  return "name-" + std::string(5 - digits.size(), '0') + digits;
}

TEST(Catalogue, ListsAndFindsWhatWasEntered) {
  TestVault test(6);
  TestCatalogue book(test);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(book.catalogue.Enter(EntryNamed(Numbered(i)), test.code, book.gone).ok());
  }
  EXPECT_EQ(book.Names().size(), 20u);
  EXPECT_TRUE(book.catalogue.Find(Numbered(7))->has_value());
  EXPECT_FALSE(book.catalogue.Find("absent")->has_value());
}

// Pages are rewritten whole at every entry; so the page is made large at once.
TEST(Catalogue, SplitsAPageThatIsFullAndLosesNoName) {
  TestVault test(2);
  test.code = {1, 1};
  TestCatalogue book(test);
  Page page;
  for (int i = 0; i < static_cast<int>(kSplitEntries); ++i) {
    page.entries.push_back(EntryNamed(Numbered(i)));
  }
  const shard::ObjectKeys keys = book.keys.ForSalt(book.keys.PageSalt(0, {}), 0);
  const base::Bytes bytes = EncodePage(page);
  PutRequest request;
  request.metadata.kind = shard::ObjectKind::kPage;
  const auto put = PutObject(book.env, keys, 0, std::nullopt, request, {.code = test.code},
                             SourceOf(bytes), book.intents);
  ASSERT_TRUE(put.ok()) << put.status();
  FinishPut(book.env, keys, *put, book.intents);

  ASSERT_TRUE(book.catalogue.Enter(EntryNamed("one more"), test.code, book.gone).ok());
  EXPECT_EQ(book.Names().size(), kSplitEntries + 1);
  EXPECT_EQ(book.catalogue.Pages()->size(), 17u);
  EXPECT_TRUE(book.catalogue.Find("one more")->has_value());
  EXPECT_TRUE(book.catalogue.Find(Numbered(1234))->has_value());
  ASSERT_TRUE(book.catalogue.Remove(Numbered(1234), 2, test.code, book.gone).ok());
  EXPECT_FALSE(book.catalogue.Find(Numbered(1234))->has_value());
  EXPECT_EQ(book.Names().size(), kSplitEntries);
}

TEST(Catalogue, AnEntryOfAnOlderVersionDoesNotReplaceANewerOne) {
  TestVault test(6);
  TestCatalogue book(test);
  ASSERT_TRUE(book.catalogue.Enter(EntryNamed("a", 5), test.code, book.gone).ok());
  ASSERT_TRUE(book.catalogue.Enter(EntryNamed("a", 4), test.code, book.gone).ok());
  EXPECT_EQ(book.catalogue.Find("a")->value().sequence, 5u);
}

TEST(Catalogue, ObjectsAreFoundByNameThoughEveryPageIsLost) {
  TestVault test(6);
  const base::Bytes plain = test.RandomBytes(1000);
  {
    Vault vault = test.Open();
    ASSERT_TRUE(vault.Put("a", SourceOf(plain)).ok());
  }
  TestCatalogue book(test);
  const shard::ObjectKeys page = book.keys.ForSalt(book.keys.PageSalt(0, {}), 0);
  const auto head = FindNewestHead(book.env, page);
  ASSERT_TRUE(head.ok() && *head);
  RemoveVersion(book.env, page, SegmentId::Of(**head, 0), 1);
  RemoveHead(book.env, page, **head);
  Vault vault = test.Open();
  base::Bytes got;
  ASSERT_TRUE(vault.Get("a", AppendTo(got)).ok());
  EXPECT_EQ(got, plain);
}

TEST(Catalogue, VerifyNoticesAndRepairMendsTheWayToTheName) {
  TestVault test(6);
  Vault vault = test.Open();
  ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(1000))).ok());
  ASSERT_TRUE(vault.Verify("a")->whole());

  TestCatalogue book(test);
  const shard::ObjectKeys page = book.keys.ForSalt(book.keys.PageSalt(0, {}), 0);
  const auto head = FindNewestHead(book.env, page);
  ASSERT_TRUE(head.ok() && *head);
  const LocatedSegment shards =
      LocateSegment(book.env, page, SegmentId::Of(**head, 0), Search::kAllNodes);
  const LocatedShard& lost = shards.shards.front();
  book.env.roster.Remove(lost.node, page, {&lost.id, 1});
  auto report = vault.Verify("a");
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->catalogue.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(report->faults.empty());
  EXPECT_FALSE(report->whole());
  EXPECT_EQ(vault.Repair("a")->shards_rebuilt, 1u);
  EXPECT_TRUE(vault.Verify("a")->whole());

  // Where the name is not listed, repair lists it.
  ASSERT_TRUE(book.catalogue.Remove("a", 100, test.code, book.gone).ok());
  EXPECT_EQ(vault.Verify("a")->catalogue.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(vault.Repair("a")->catalogue.ok());
  EXPECT_EQ(vault.List()->size(), 1u);
}

TEST(Catalogue, RepairOfAnObjectSucceedsThoughItsPageIsBeyondRepair) {
  TestVault test(6);
  Vault vault = test.Open();
  ASSERT_TRUE(vault.Put("a", SourceOf(test.RandomBytes(1000))).ok());
  TestCatalogue book(test);
  const shard::ObjectKeys page = book.keys.ForSalt(book.keys.PageSalt(0, {}), 0);
  const auto head = FindNewestHead(book.env, page);
  ASSERT_TRUE(head.ok() && *head);
  RemoveVersion(book.env, page, SegmentId::Of(**head, 0), 1);
  const auto repaired = vault.Repair("a");
  ASSERT_TRUE(repaired.ok()) << repaired.status();
  EXPECT_EQ(repaired->catalogue.code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Catalogue, ListsByPrefixInOrder) {
  TestVault test(6);
  Vault vault = test.Open();
  for (const char* name : {"b/2", "a/1", "b/1", "c"}) {
    ASSERT_TRUE(vault.Put(name, SourceOf(base::AsBytes(name))).ok());
  }
  const auto list = vault.List("b/");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].name, "b/1");
  EXPECT_EQ((*list)[1].name, "b/2");
  EXPECT_EQ(vault.List()->size(), 4u);
}

TEST(Page, RoundTripsAndRefusesEveryTruncation) {
  Page page{.depth = 3};
  page.entries = {EntryNamed("a"), EntryNamed("b", 9)};
  page.entries[0].mode = 0644;
  const base::Bytes bytes = EncodePage(page);
  EXPECT_EQ(DecodePage(bytes).value(), page);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(DecodePage(base::ByteSpan(bytes).first(length)).ok()) << length;
  }
  base::Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(DecodePage(longer).ok());
}

TEST(Page, RefusesNamesOutOfOrderAndLaterVersions) {
  Page page;
  page.entries = {EntryNamed("b"), EntryNamed("a")};
  EXPECT_EQ(DecodePage(EncodePage(page)).status().code(), absl::StatusCode::kDataLoss);
  base::Bytes bytes = EncodePage({});
  bytes[0] = 2;
  EXPECT_EQ(DecodePage(bytes).status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace shadw::vault
