// SPDX-License-Identifier: Apache-2.0
//
// The names of a vault: a trie of pages, each an ordinary object of its own. It serves
// listing; an object whose name is known is found without it.
//   Source   libshadw/shard/FORMAT.md, "Catalogue", route A
#ifndef LIBSHADW_VAULT_CATALOGUE_H_
#define LIBSHADW_VAULT_CATALOGUE_H_

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "libshadw/vault/catalogue_edit.h"
#include "libshadw/vault/intents.h"
#include "libshadw/vault/page.h"
#include "libshadw/vault/put.h"
#include "libshadw/vault/upkeep.h"

namespace shadw::vault {

class Catalogue {
 public:
  Catalogue(const Environment& env, const shard::VaultKeys& vault, IntentBook& intents)
      : env_(env), vault_(vault), intents_(intents) {}

  // Applies the edits, each page that they concern being written once. Writers that meet
  // take turns: one page, one winner, the others try again. An error leaves the edits of
  // some pages undone; which it was done to does not matter, they may be applied again.
  //   Shapes   gone   gets what ApplyEdit says, of edits that were done
  //            until  when the writer's leases end, and others may have done it for him
  //   Errors   kAborted           kMaxTurns others were faster
  //            kDeadlineExceeded  it is that late: what is left is not done
  //            those of a put
  absl::Status Apply(std::span<const CatalogueEdit> edits, const erasure::Code& code,
                     std::vector<CatalogueEntry>& gone, base::Time until = base::Time::max());
  // What `gone` would get, as far as nobody else writes meanwhile. Changes nothing.
  absl::StatusOr<std::vector<CatalogueEntry>> Preview(std::span<const CatalogueEdit> edits);
  // Enters or replaces the entry, unless a newer sequence of the object is there.
  absl::Status Enter(const CatalogueEntry& entry, const erasure::Code& code,
                     std::vector<CatalogueEntry>& gone);
  // Removes the entry of an object whose tombstone has this sequence; one of a later
  // version stays.
  absl::Status Remove(const std::string& name, uint64_t tombstone, const erasure::Code& code,
                      std::vector<CatalogueEntry>& gone);
  absl::StatusOr<std::optional<CatalogueEntry>> Find(const std::string& name);
  // Every entry, page by page.
  absl::Status Visit(const std::function<absl::Status(const CatalogueEntry&)>& visitor);
  // The keys of every page that exists.
  absl::StatusOr<std::vector<shard::ObjectKeys>> Pages();

  // Brings back every page. One that cannot be read is `catalogue` of the report.
  RepairReport Repair();
  // Whether the pages on the way to an object's name are whole and list its version.
  absl::Status VerifyPagesOf(const CatalogueEntry& object);
  // Brings them back, adding to `report`, and enters the version where it is not listed.
  absl::Status RepairPagesOf(const CatalogueEntry& object, const erasure::Code& code,
                             RepairReport& report, std::vector<CatalogueEntry>& gone);

 private:
  struct LoadedPage {
    shard::ObjectKeys keys;
    std::optional<FoundHead> head;
    Page page;
  };
  // How edits are applied, and what gets which are gone.
  struct Application {
    erasure::Code code;
    bool preview = false;
    base::Time until = base::Time::max();
    std::vector<CatalogueEntry>& gone;
  };
  // An edit and the bucket of its name, by bucket.
  struct KeyedEdit {
    shard::Hash bucket{};
    const CatalogueEdit* edit = nullptr;
  };

  using PageVisitor = std::function<void(const shard::ObjectKeys&, const FoundHead&)>;

  absl::StatusOr<LoadedPage> Load(uint8_t depth, const shard::ObjectSalt& salt,
                                  const PageVisitor& before_reading = {});
  // The page that lists the names of this bucket, from the root downwards.
  absl::StatusOr<LoadedPage> LoadLeafOf(const shard::Hash& bucket,
                                        const PageVisitor& before_reading = {});
  // As Load; a page that is known to be split is not asked for, and has no head.
  absl::StatusOr<LoadedPage> LoadOrRecall(uint8_t depth, const shard::ObjectSalt& salt,
                                          const PageVisitor& before_reading = {});
  static size_t EntriesAfter(const Page& page, std::span<const KeyedEdit> edits);
  absl::Status ApplyAll(std::span<const CatalogueEdit> edits, const Application& how);
  absl::Status ApplyFrom(uint8_t depth, const shard::ObjectSalt& salt,
                         std::span<const KeyedEdit> edits, const Application& how);
  absl::Status ApplyBelow(const Page& page, std::span<const KeyedEdit> edits,
                          const Application& how);
  absl::Status Store(const LoadedPage& loaded, const erasure::Code& code);
  // Makes the pages below, then turns the page into a split one.
  absl::Status Split(const LoadedPage& loaded, const base::Bytes& prefix,
                     const erasure::Code& code);
  shard::ObjectSalt SaltBelow(const Page& page, base::ByteSpan prefix_below) const;
  absl::Status Walk(const LoadedPage& loaded, base::Bytes prefix,
                    const std::function<absl::Status(const LoadedPage&)>& visitor);

  void RepairFrom(uint8_t depth, const shard::ObjectSalt& salt, base::Bytes prefix,
                  RepairReport& report);

  const Environment& env_;
  const shard::VaultKeys& vault_;
  IntentBook& intents_;
  // What is split stays split.
  std::map<shard::ObjectSalt, Page> split_pages_;
};

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_CATALOGUE_H_
