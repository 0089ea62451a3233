// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/catalogue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {
namespace {

constexpr int kMaxTurns = 64;
constexpr uint8_t kFanOut = 16;

// A prefix is one nibble of the bucket hash a byte.
uint8_t NibbleOf(const shard::Hash& bucket, uint8_t depth) {
  const uint8_t byte = bucket[depth / 2];
  return depth % 2 == 0 ? byte >> 4 : byte & 15;
}

base::Bytes PrefixOf(const shard::Hash& bucket, uint8_t depth) {
  base::Bytes prefix(depth);
  for (uint8_t i = 0; i < depth; ++i) prefix[i] = NibbleOf(bucket, i);
  return prefix;
}

ByteSource SourceOf(base::ByteSpan bytes) {
  return [rest = bytes](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const size_t take = std::min(out.size(), rest.size());
    std::ranges::copy(rest.first(take), out.begin());
    rest = rest.subspan(take);
    return take;
  };
}

// A page must survive whatever the objects it names survive.
// Pages are small: on a roster that shrank they keep their parity and give up width.
erasure::Code PageCode(const Environment& env, const erasure::Code& a,
                       const std::optional<FoundHead>& head) {
  erasure::Code code = a;
  if (head && head->code().parity_shards > a.parity_shards) code = head->code();
  const size_t nodes = env.roster.size();
  code.parity_shards = static_cast<uint16_t>(std::min<size_t>(code.parity_shards, nodes - 1));
  code.data_shards =
      static_cast<uint16_t>(std::min<size_t>(code.data_shards, nodes - code.parity_shards));
  return code;
}

absl::StatusOr<Page> ReadPage(const Environment& env, const LocatedObject& page) {
  if (page.head.header.read->object_bytes > kMaxPageBytes) {
    return absl::DataLossError("vault: a page of the catalogue is too long");
  }
  base::Bytes bytes;
  const auto append = [&](base::ByteSpan more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return absl::OkStatus();
  };
  SHADW_RETURN_IF_ERROR(ReadObject(env, page.keys, page.head, 0, kMaxPageBytes, append).status());
  return DecodePage(bytes);
}

bool Lists(const Page& page, const CatalogueEntry& object) {
  return std::ranges::any_of(page.entries, [&](const CatalogueEntry& entry) {
    return entry.name == object.name && entry.sequence >= object.sequence;
  });
}

}  // namespace

absl::StatusOr<Catalogue::LoadedPage> Catalogue::Load(uint8_t depth, const shard::ObjectSalt& salt,
                                                      const PageVisitor& before_reading) {
  LoadedPage loaded{vault_.ForSalt(salt, 0), std::nullopt, {}};
  loaded.page.depth = depth;
  const auto locate = [&]() -> absl::StatusOr<LocatedObject> {
    SHADW_ASSIGN_OR_RETURN(std::optional<FoundHead> head,
                           FindNewestHead(env_, loaded.keys, 0, kNearLeaps));
    if (!head) return absl::NotFoundError("vault: there is no such page");
    return LocatedObject{loaded.keys, *std::move(head)};
  };
  const auto read = [&](const LocatedObject& page) -> absl::StatusOr<LoadedPage> {
    if (before_reading) before_reading(page.keys, page.head);
    SHADW_ASSIGN_OR_RETURN(Page content, ReadPage(env_, page));
    if (content.depth != depth) {
      return absl::DataLossError("vault: a page of the catalogue is in another one's place");
    }
    return LoadedPage{page.keys, page.head, std::move(content)};
  };
  auto found = OnNewest(locate, read);
  return absl::IsNotFound(found.status()) ? loaded : std::move(found);
}

shard::ObjectSalt Catalogue::SaltBelow(const Page& page, base::ByteSpan prefix_below) const {
  base::Bytes place = base::ToBytes(prefix_below);
  place.insert(place.end(), page.split_id.begin(), page.split_id.end());
  return vault_.PageSalt(page.depth + 1, place);
}

absl::StatusOr<Catalogue::LoadedPage> Catalogue::LoadLeafOf(const shard::Hash& bucket,
                                                            const PageVisitor& before_reading) {
  SHADW_ASSIGN_OR_RETURN(LoadedPage loaded, Load(0, vault_.PageSalt(0, {}), before_reading));
  while (loaded.page.split && loaded.page.depth < kMaxPageDepth) {
    const uint8_t below = loaded.page.depth + 1;
    SHADW_ASSIGN_OR_RETURN(
        loaded, Load(below, SaltBelow(loaded.page, PrefixOf(bucket, below)), before_reading));
    if (!loaded.head) {
      return absl::DataLossError(
          absl::StrCat("vault: a page of the catalogue at depth ", below, " is missing"));
    }
  }
  return loaded;
}

absl::Status Catalogue::ChangeLeaf(const std::string& name, const Change& change,
                                   const erasure::Code& code) {
  const shard::Hash bucket = vault_.NameBucket(name);
  absl::Status status;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    SHADW_ASSIGN_OR_RETURN(LoadedPage loaded, LoadLeafOf(bucket));
    const erasure::Code page_code = PageCode(env_, code, loaded.head);
    if (loaded.page.entries.size() >= kSplitEntries && loaded.page.depth < kMaxPageDepth) {
      status = Split(loaded, PrefixOf(bucket, loaded.page.depth), page_code);
      if (!status.ok() && !absl::IsAborted(status)) return status;
      continue;
    }
    if (!change(loaded.page.entries)) return absl::OkStatus();
    status = Store(loaded, page_code);
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

absl::Status Catalogue::Enter(const CatalogueEntry& entry, const erasure::Code& code) {
  return ChangeLeaf(
      entry.name,
      [&](std::vector<CatalogueEntry>& entries) {
        auto at = std::ranges::lower_bound(entries, entry.name, {}, &CatalogueEntry::name);
        if (at != entries.end() && at->name == entry.name) {
          if (at->sequence > entry.sequence || *at == entry) return false;
          *at = entry;
        } else {
          entries.insert(at, entry);
        }
        return true;
      },
      code);
}

absl::Status Catalogue::Remove(const std::string& name, uint64_t tombstone,
                               const erasure::Code& code) {
  return ChangeLeaf(
      name,
      [&](std::vector<CatalogueEntry>& entries) {
        return std::erase_if(entries, [&](const CatalogueEntry& entry) {
                 return entry.name == name && entry.sequence < tombstone;
               }) > 0;
      },
      code);
}

absl::StatusOr<std::optional<CatalogueEntry>> Catalogue::Find(const std::string& name) {
  SHADW_ASSIGN_OR_RETURN(const LoadedPage loaded, LoadLeafOf(vault_.NameBucket(name)));
  for (const CatalogueEntry& entry : loaded.page.entries) {
    if (entry.name == name) return entry;
  }
  return std::nullopt;
}

absl::Status Catalogue::Store(const LoadedPage& loaded, const erasure::Code& code) {
  const base::Bytes bytes = EncodePage(loaded.page);
  PutOptions options{.code = code};
  PutRequest request;
  request.sequence = loaded.head ? NextSequence(loaded.head->sequence(), false) : 1;
  request.metadata.kind = shard::ObjectKind::kPage;
  SHADW_ASSIGN_OR_RETURN(
      const PutResult result,
      PutObject(env_, loaded.keys, 0, loaded.head, request, options, SourceOf(bytes), intents_));
  FinishPut(env_, loaded.keys, result, intents_);
  return absl::OkStatus();
}

// The pages below first, then the page that points to them: whoever reads meanwhile
// finds every name on the one or on the others. What a page below holds at first
// follows from the version that is split, so it does not matter who makes it; one that
// exists may hold more by now and is left alone.
absl::Status Catalogue::Split(const LoadedPage& loaded, const base::Bytes& prefix,
                              const erasure::Code& code) {
  LoadedPage above = loaded;
  above.page.entries.clear();
  above.page.split = true;
  above.page.split_id = loaded.head->version();
  base::Bytes prefix_below = prefix;
  prefix_below.push_back(0);
  for (uint8_t nibble = 0; nibble < kFanOut; ++nibble) {
    prefix_below.back() = nibble;
    LoadedPage below{vault_.ForSalt(SaltBelow(above.page, prefix_below), 0), std::nullopt, {}};
    SHADW_ASSIGN_OR_RETURN(below.head, FindNewestHead(env_, below.keys));
    if (below.head) continue;
    below.page.depth = loaded.page.depth + 1;
    for (const CatalogueEntry& entry : loaded.page.entries) {
      if (NibbleOf(vault_.NameBucket(entry.name), loaded.page.depth) == nibble) {
        below.page.entries.push_back(entry);
      }
    }
    absl::Status stored = Store(below, code);
    if (!stored.ok() && !absl::IsAborted(stored)) return stored;
  }
  return Store(above, code);
}

absl::Status Catalogue::Walk(const LoadedPage& loaded, base::Bytes prefix,
                             const std::function<absl::Status(const LoadedPage&)>& visitor) {
  if (!loaded.head) return absl::OkStatus();
  SHADW_RETURN_IF_ERROR(visitor(loaded));
  if (!loaded.page.split || loaded.page.depth == kMaxPageDepth) return absl::OkStatus();
  prefix.push_back(0);
  for (uint8_t nibble = 0; nibble < kFanOut; ++nibble) {
    prefix.back() = nibble;
    SHADW_ASSIGN_OR_RETURN(const LoadedPage below,
                           Load(loaded.page.depth + 1, SaltBelow(loaded.page, prefix)));
    if (!below.head) return absl::DataLossError("vault: a page of the catalogue is missing");
    SHADW_RETURN_IF_ERROR(Walk(below, prefix, visitor));
  }
  return absl::OkStatus();
}

absl::Status Catalogue::Visit(const std::function<absl::Status(const CatalogueEntry&)>& visitor) {
  SHADW_ASSIGN_OR_RETURN(const LoadedPage root, Load(0, vault_.PageSalt(0, {})));
  return Walk(root, {}, [&](const LoadedPage& loaded) {
    for (const CatalogueEntry& entry : loaded.page.entries) {
      SHADW_RETURN_IF_ERROR(visitor(entry));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<shard::ObjectKeys>> Catalogue::Pages() {
  std::vector<shard::ObjectKeys> pages;
  SHADW_ASSIGN_OR_RETURN(const LoadedPage root, Load(0, vault_.PageSalt(0, {})));
  SHADW_RETURN_IF_ERROR(Walk(root, {}, [&](const LoadedPage& loaded) {
    pages.push_back(loaded.keys);
    return absl::OkStatus();
  }));
  return pages;
}

RepairReport Catalogue::Repair() {
  RepairReport report;
  RepairFrom(0, vault_.PageSalt(0, {}), {}, report);
  return report;
}

void Catalogue::RepairFrom(uint8_t depth, const shard::ObjectSalt& salt, base::Bytes prefix,
                           RepairReport& report) {
  const auto loaded = Load(depth, salt, [&](const shard::ObjectKeys& keys, const FoundHead& head) {
    const auto repaired = RepairObject(env_, keys, head);
    if (repaired.ok()) report.Add(*repaired);
    report.catalogue.Update(repaired.status());
  });
  report.catalogue.Update(loaded.status());
  if (!loaded.ok()) return;
  if (depth > 0 && !loaded->head) {
    report.catalogue.Update(absl::DataLossError("vault: a page of the catalogue is missing"));
  }
  if (!loaded->page.split || depth == kMaxPageDepth) return;
  prefix.push_back(0);
  for (prefix.back() = 0; prefix.back() < kFanOut; ++prefix.back()) {
    RepairFrom(depth + 1, SaltBelow(loaded->page, prefix), prefix, report);
  }
}

absl::Status Catalogue::VerifyPagesOf(const CatalogueEntry& object) {
  absl::Status first;
  const auto leaf = LoadLeafOf(
      vault_.NameBucket(object.name), [&](const shard::ObjectKeys& keys, const FoundHead& head) {
        const auto report = VerifyObject(env_, keys, head);
        first.Update(report.status());
        if (report.ok() && !report->whole()) {
          first.Update(absl::DataLossError(
              absl::StrCat("vault: got ", report->shards_whole, " whole shards and ",
                           report->head_copies, " heads of a page of the catalogue, need ",
                           report->shards_expected, " and ", report->head_copies_expected)));
        }
      });
  first.Update(leaf.status());
  if (leaf.ok() && !Lists(leaf->page, object)) {
    first.Update(absl::NotFoundError(
        absl::StrCat("vault: the catalogue does not list version ", object.sequence)));
  }
  return first;
}

absl::Status Catalogue::RepairPagesOf(const CatalogueEntry& object, const erasure::Code& code,
                                      RepairReport& report) {
  absl::Status first;
  const auto leaf = LoadLeafOf(vault_.NameBucket(object.name),
                               [&](const shard::ObjectKeys& keys, const FoundHead& head) {
                                 const auto repaired = RepairObject(env_, keys, head);
                                 first.Update(repaired.status());
                                 if (repaired.ok()) report.Add(*repaired);
                               });
  first.Update(leaf.status());
  if (leaf.ok() && !Lists(leaf->page, object)) first.Update(Enter(object, code));
  return first;
}

}  // namespace shadw::vault
