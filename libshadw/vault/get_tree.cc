// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/get_tree.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/restored_file.h"

namespace shadw::vault {
namespace {

class Restoring {
 public:
  Restoring(const GetTreeOptions& options, uint64_t total_bytes)
      : options_(options), tree_(options.out) {
    progress_.total_bytes = total_bytes;
  }

  absl::Status Add(const CatalogueEntry& entry, const ObjectReader& read) {
    SHADW_RETURN_IF_ERROR(MayGoOn());
    uint64_t bytes = 0;
    const auto read_counting = [&](const ByteSink& sink) -> absl::Status {
      SHADW_ASSIGN_OR_RETURN(const ReadReport got, read([&](base::ByteSpan more) -> absl::Status {
                               SHADW_RETURN_IF_ERROR(MayGoOn());
                               bytes += more.size();
                               Show(more.size());
                               return sink(more);
                             }));
      report_.faults += got.faults.size();
      return absl::OkStatus();
    };
    const auto path =
        tree_.Add(entry.name, {entry.kind, entry.mode, entry.mtime_ns}, read_counting);
    SHADW_RETURN_IF_ERROR(MayGoOn());
    ++progress_.objects;
    Show(0);
    if (!path.ok()) {
      report_.failed.push_back({entry.name, path.status()});
      return absl::OkStatus();
    }
    ++report_.restored;
    report_.bytes += bytes;
    if (*path != options_.out / entry.name) report_.elsewhere.push_back({entry.name, *path});
    return absl::OkStatus();
  }

  GetTreeReport Finish() {
    for (NotRestored& failed : tree_.Finish()) {
      if (report_.restored > 0) --report_.restored;
      report_.failed.push_back(std::move(failed));
    }
    std::ranges::sort(report_.failed, {}, &NotRestored::name);
    return std::move(report_);
  }

 private:
  absl::Status MayGoOn() const {
    return options_.may_go_on ? options_.may_go_on() : absl::OkStatus();
  }

  void Show(uint64_t more_bytes) {
    progress_.bytes += more_bytes;
    if (options_.progress) options_.progress(progress_);
  }

  const GetTreeOptions& options_;
  RestoredTree tree_;
  TreeProgress progress_;
  GetTreeReport report_;
};

std::string_view WithoutSlashes(std::string_view prefix) {
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix;
}

}  // namespace

bool IsAtOrBelow(std::string_view name, std::string_view prefix) {
  if (prefix.empty()) return true;
  prefix = WithoutSlashes(prefix);
  if (!name.starts_with(prefix)) return false;
  return name.size() == prefix.size() || name[prefix.size()] == '/';
}

absl::StatusOr<GetTreeReport> GetTree(Vault& vault, const GetTreeOptions& options) {
  SHADW_ASSIGN_OR_RETURN(std::vector<CatalogueEntry> entries,
                         vault.List(WithoutSlashes(options.prefix)));
  std::erase_if(entries, [&](const CatalogueEntry& entry) {
    return !IsAtOrBelow(entry.name, options.prefix);
  });
  if (entries.empty() && !options.prefix.empty()) {
    return absl::NotFoundError(
        absl::StrCat("vault: there is no object at or below '", options.prefix, "'"));
  }
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) return RefusedBy(error.value(), "make the folder", options.out);
  uint64_t total_bytes = 0;
  for (const CatalogueEntry& entry : entries) total_bytes += entry.object_bytes;
  Restoring restoring(options, total_bytes);
  const absl::Status visited =
      vault.GetMany(entries, [&](const CatalogueEntry& entry, const ObjectReader& read) {
        return restoring.Add(entry, read);
      });
  GetTreeReport report = restoring.Finish();  // also of a visit that was ended
  SHADW_RETURN_IF_ERROR(visited);
  return report;
}

}  // namespace shadw::vault
