// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/catalogue_edit.h"

#include <algorithm>

namespace shadw::vault {
namespace {

bool SameRecord(const CatalogueEntry& a, const CatalogueEntry& b) {
  return a.packed && b.packed && a.packed->record == b.packed->record && a.id == b.id;
}

bool Move(CatalogueEntry& at, const CatalogueEntry& to) {
  if (!SameRecord(at, to) || at.packed->pack_sequence >= to.packed->pack_sequence) return false;
  at.packed = to.packed;
  return true;
}

bool Remove(std::vector<CatalogueEntry>& entries, std::vector<CatalogueEntry>::iterator at,
            const CatalogueEntry& removed, std::vector<CatalogueEntry>& gone) {
  if (removed.packed) {
    if (!SameRecord(*at, removed)) return false;
  } else if (at->packed) {
    gone.push_back(*at);
  } else if (at->sequence >= removed.sequence) {
    return false;
  }
  entries.erase(at);
  return true;
}

bool ReplaceWithPacked(CatalogueEntry& at, const CatalogueEdit& edit,
                       std::vector<CatalogueEntry>& gone) {
  const CatalogueEntry& entry = edit.entry;
  if (SameRecord(at, entry)) return Move(at, entry);
  const bool late = edit.kind == CatalogueEdit::Kind::kEnterLate;
  if (!at.packed || (late && at.put_time_ns >= entry.put_time_ns)) {
    gone.push_back(entry);
    return false;
  }
  const uint64_t sequence = at.sequence + 1;
  gone.push_back(at);
  at = entry;
  at.sequence = sequence;
  return true;
}

bool Replace(CatalogueEntry& at, const CatalogueEntry& entry, std::vector<CatalogueEntry>& gone) {
  if (at.packed) {
    gone.push_back(at);
  } else if (at.sequence > entry.sequence || at == entry) {
    return false;
  }
  at = entry;
  return true;
}

}  // namespace

bool ApplyEdit(const CatalogueEdit& edit, std::vector<CatalogueEntry>& entries,
               std::vector<CatalogueEntry>& gone) {
  using Kind = CatalogueEdit::Kind;
  const CatalogueEntry& entry = edit.entry;
  const auto at = std::ranges::lower_bound(entries, entry.name, {}, &CatalogueEntry::name);
  const bool enters = edit.kind == Kind::kEnter || edit.kind == Kind::kEnterLate;
  if (at == entries.end() || at->name != entry.name) {
    if (enters) entries.insert(at, entry);
    return enters;
  }
  if (edit.kind == Kind::kRemove) return Remove(entries, at, entry, gone);
  if (edit.kind == Kind::kMove) return Move(*at, entry);
  return entry.packed ? ReplaceWithPacked(*at, edit, gone) : Replace(*at, entry, gone);
}

}  // namespace shadw::vault
