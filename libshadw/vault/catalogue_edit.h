// SPDX-License-Identifier: Apache-2.0
//
// One change of the catalogue, and what it does to a page. An object with heads of its
// own always wins over a packed one of its name: the writer who packed it had made sure
// that there were none.
//   Source   libshadw/shard/FORMAT.md, "Catalogue", "Packs"
#ifndef LIBSHADW_VAULT_CATALOGUE_EDIT_H_
#define LIBSHADW_VAULT_CATALOGUE_EDIT_H_

#include <vector>

#include "libshadw/vault/page.h"

namespace shadw::vault {

struct CatalogueEdit {
  enum class Kind : uint8_t {
    kEnter,      // the entry, unless a newer version is there
    kEnterLate,  // a dead writer's packed object, unless one that was put later is there
    kRemove,     // the version before this sequence; of a packed object, this record
    kMove,       // this record lies elsewhere in its pack now
  };
  Kind kind = Kind::kEnter;
  CatalogueEntry entry;
};

// Applies the edit to the entries of the page of its name. Returns whether they changed.
//   Shapes   entries  by name, ascending, before and after
//            gone     gets packed objects that nothing leads to any more: one that was
//                     replaced, or the edit's own where it lost
bool ApplyEdit(const CatalogueEdit& edit, std::vector<CatalogueEntry>& entries,
               std::vector<CatalogueEntry>& gone);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_CATALOGUE_EDIT_H_
