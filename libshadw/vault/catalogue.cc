// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/catalogue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/newest.h"
#include "libshadw/vault/own_object.h"
#include "libshadw/vault/segments.h"

namespace shadw::vault {
namespace {

constexpr int kMaxTurns = 64;
constexpr uint8_t kFanOut = 16;
// Of a vault with some million names.
constexpr size_t kMaxRecalledPages = 4'096;

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
    SHADW_ASSIGN_OR_RETURN(const base::Bytes bytes, ReadOwnObject(env_, page, kMaxPageBytes));
    SHADW_ASSIGN_OR_RETURN(Page content, DecodePage(bytes));
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

absl::StatusOr<Catalogue::LoadedPage> Catalogue::LoadOrRecall(uint8_t depth,
                                                              const shard::ObjectSalt& salt,
                                                              const PageVisitor& before_reading) {
  const auto known = split_pages_.find(salt);
  if (known != split_pages_.end() && !before_reading) {
    return LoadedPage{vault_.ForSalt(salt, 0), std::nullopt, known->second};
  }
  SHADW_ASSIGN_OR_RETURN(LoadedPage loaded, Load(depth, salt, before_reading));
  if (depth > 0 && !loaded.head) {
    return absl::DataLossError(
        absl::StrCat("vault: a page of the catalogue at depth ", depth, " is missing"));
  }
  if (loaded.page.split && split_pages_.size() < kMaxRecalledPages) {
    split_pages_.emplace(salt, loaded.page);
  }
  return loaded;
}

absl::StatusOr<Catalogue::LoadedPage> Catalogue::LoadLeafOf(const shard::Hash& bucket,
                                                            const PageVisitor& before_reading) {
  SHADW_ASSIGN_OR_RETURN(LoadedPage loaded,
                         LoadOrRecall(0, vault_.PageSalt(0, {}), before_reading));
  while (loaded.page.split && loaded.page.depth < kMaxPageDepth) {
    const uint8_t below = loaded.page.depth + 1;
    const shard::ObjectSalt salt = SaltBelow(loaded.page, PrefixOf(bucket, below));
    SHADW_ASSIGN_OR_RETURN(loaded, LoadOrRecall(below, salt, before_reading));
  }
  return loaded;
}

absl::Status Catalogue::Apply(std::span<const CatalogueEdit> edits, const erasure::Code& code,
                              std::vector<CatalogueEntry>& gone, base::Time until) {
  return ApplyAll(edits, {.code = code, .until = until, .gone = gone});
}

absl::StatusOr<std::vector<CatalogueEntry>> Catalogue::Preview(
    std::span<const CatalogueEdit> edits) {
  std::vector<CatalogueEntry> gone;
  SHADW_RETURN_IF_ERROR(
      ApplyAll(edits, {.code = env_.options.code, .preview = true, .gone = gone}));
  return gone;
}

absl::Status Catalogue::ApplyAll(std::span<const CatalogueEdit> edits, const Application& how) {
  std::vector<KeyedEdit> keyed;
  keyed.reserve(edits.size());
  for (const CatalogueEdit& edit : edits) {
    keyed.push_back({vault_.NameBucket(edit.entry.name), &edit});
  }
  std::ranges::stable_sort(keyed, {}, &KeyedEdit::bucket);
  return keyed.empty() ? absl::OkStatus() : ApplyFrom(0, vault_.PageSalt(0, {}), keyed, how);
}

size_t Catalogue::EntriesAfter(const Page& page, std::span<const KeyedEdit> edits) {
  return page.entries.size() +
         static_cast<size_t>(std::ranges::count_if(edits, [&page](const KeyedEdit& keyed) {
           const CatalogueEdit::Kind kind = keyed.edit->kind;
           const bool enters =
               kind == CatalogueEdit::Kind::kEnter || kind == CatalogueEdit::Kind::kEnterLate;
           return enters && !std::ranges::binary_search(page.entries, keyed.edit->entry.name, {},
                                                        &CatalogueEntry::name);
         }));
}

absl::Status Catalogue::ApplyFrom(uint8_t depth, const shard::ObjectSalt& salt,
                                  std::span<const KeyedEdit> edits, const Application& how) {
  absl::Status status;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    SHADW_ASSIGN_OR_RETURN(LoadedPage loaded, LoadOrRecall(depth, salt));
    if (loaded.page.split && depth < kMaxPageDepth) {
      return ApplyBelow(loaded.page, edits, how);
    }
    const erasure::Code page_code = PageCode(env_, how.code, loaded.head);
    if (!how.preview && depth < kMaxPageDepth && EntriesAfter(loaded.page, edits) > kSplitEntries) {
      // A page that does not exist yet is made, to be split.
      status = loaded.head ? Split(loaded, PrefixOf(edits.front().bucket, depth), page_code)
                           : Store(loaded, page_code);
      if (!status.ok() && !absl::IsAborted(status)) return status;
      continue;
    }
    // Asked after the page was read: whoever changes it meanwhile makes this writer ask again.
    if (env_.Now() >= how.until) {
      return absl::DeadlineExceededError("vault: the lease ended before all was listed");
    }
    std::vector<CatalogueEntry> gone_here;
    bool any = false;
    for (const KeyedEdit& keyed : edits) {
      any |= ApplyEdit(*keyed.edit, loaded.page.entries, gone_here);
    }
    status = any && !how.preview ? Store(loaded, page_code) : absl::OkStatus();
    if (status.ok()) how.gone.insert(how.gone.end(), gone_here.begin(), gone_here.end());
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

// Every page gets its edits, also where another one fails; the first error is returned.
absl::Status Catalogue::ApplyBelow(const Page& page, std::span<const KeyedEdit> edits,
                                   const Application& how) {
  absl::Status first;
  while (!edits.empty()) {
    const shard::Hash& bucket = edits.front().bucket;
    const uint8_t nibble = NibbleOf(bucket, page.depth);
    const auto others = std::ranges::find_if(edits, [&](const KeyedEdit& keyed) {
      return NibbleOf(keyed.bucket, page.depth) != nibble;
    });
    const auto count = static_cast<size_t>(others - edits.begin());
    const uint8_t below = page.depth + 1;
    first.Update(
        ApplyFrom(below, SaltBelow(page, PrefixOf(bucket, below)), edits.first(count), how));
    edits = edits.subspan(count);
  }
  return first;
}

absl::Status Catalogue::Enter(const CatalogueEntry& entry, const erasure::Code& code,
                              std::vector<CatalogueEntry>& gone) {
  const CatalogueEdit edit{CatalogueEdit::Kind::kEnter, entry};
  return Apply({&edit, 1}, code, gone);
}

absl::Status Catalogue::Remove(const std::string& name, uint64_t tombstone,
                               const erasure::Code& code, std::vector<CatalogueEntry>& gone) {
  const CatalogueEdit edit{CatalogueEdit::Kind::kRemove, {.name = name, .sequence = tombstone}};
  return Apply({&edit, 1}, code, gone);
}

absl::StatusOr<std::optional<CatalogueEntry>> Catalogue::Find(const std::string& name) {
  SHADW_ASSIGN_OR_RETURN(const LoadedPage loaded, LoadLeafOf(vault_.NameBucket(name)));
  for (const CatalogueEntry& entry : loaded.page.entries) {
    if (entry.name == name) return entry;
  }
  return std::nullopt;
}

absl::Status Catalogue::Store(const LoadedPage& loaded, const erasure::Code& code) {
  SHADW_ASSIGN_OR_RETURN(const PutResult result,
                         PutOwnObject(env_, loaded.keys, loaded.head, shard::ObjectKind::kPage,
                                      EncodePage(loaded.page), {.code = code}, intents_));
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
                                      RepairReport& report, std::vector<CatalogueEntry>& gone) {
  absl::Status first;
  const auto leaf = LoadLeafOf(vault_.NameBucket(object.name),
                               [&](const shard::ObjectKeys& keys, const FoundHead& head) {
                                 const auto repaired = RepairObject(env_, keys, head);
                                 first.Update(repaired.status());
                                 if (repaired.ok()) report.Add(*repaired);
                               });
  first.Update(leaf.status());
  // A packed object was found through its entry: without one it was removed meanwhile.
  if (leaf.ok() && !object.packed && !Lists(leaf->page, object)) {
    first.Update(Enter(object, code, gone));
  }
  return first;
}

}  // namespace shadw::vault
