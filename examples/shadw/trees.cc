// SPDX-License-Identifier: Apache-2.0
#include "trees.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/vault/get_tree.h"
#include "progress_bar.h"

namespace shadw::app {
namespace {

// Warns of each, and makes an array of them.
nlohmann::json Report(const std::vector<vault::TreeRemark>& remarks, std::string_view prefix,
                      Console& console) {
  auto array = nlohmann::json::array();
  for (const vault::TreeRemark& remark : remarks) {
    console.Warn(absl::StrCat(std::string(prefix), Printable(remark.path), " ", remark.why));
    nlohmann::json object = {{"why", remark.why}};
    SetName(object, remark.path);
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace

absl::StatusOr<Outcome> PutFolders(vault::Vault& vault, vault::PutTreeOptions options,
                                   Console& console) {
  absl::StatusOr<vault::PutTreeReport> put;
  {
    ProgressBar bar("put", std::nullopt);
    options.put.progress = [&](const vault::Progress& progress) {
      bar.Show(progress.sealed_bytes, " put");
    };
    put = vault::PutTree(vault, options);
  }
  SHADW_RETURN_IF_ERROR(put.status());
  const vault::PutManyReceipt& receipt = put->receipt;
  Outcome outcome;
  outcome.json = {{"objects", receipt.objects},
                  {"packed", receipt.packed},
                  {"packs", receipt.packs},
                  {"object_bytes", receipt.object_bytes},
                  {"stored_bytes", receipt.stored_bytes},
                  {"skipped", Report(put->skipped, "left out: ", console)},
                  {"failed", Report(put->failed, "not put: ", console)},
                  {"listed", receipt.listed.ok()}};
  Report(put->changed, "", console);
  if (!receipt.listed.ok()) {
    console.Warn(absl::StrCat("all is stored, but `list` does not show all of it yet: ",
                              std::string(receipt.listed.message())));
  }
  outcome.text = absl::StrCat("put ", Count(receipt.objects, "object"), ", ",
                              FormatBytes(receipt.object_bytes), ": ", receipt.packed, " in ",
                              Count(receipt.packs, "pack"), ", ", FormatBytes(receipt.stored_bytes),
                              " stored\n");
  if (!put->failed.empty()) absl::StrAppend(&outcome.text, put->failed.size(), " not put\n");
  outcome.good = put->failed.empty();
  return outcome;
}

absl::StatusOr<Outcome> GetFolder(vault::Vault& vault, const std::string& prefix,
                                  const std::string& out, Console& console) {
  absl::StatusOr<vault::GetTreeReport> got;
  {
    std::optional<ProgressBar> bar;
    vault::GetTreeOptions options{.prefix = prefix, .out = out, .progress = {}};
    options.progress = [&](const vault::TreeProgress& progress) {
      if (!bar) bar.emplace("get", progress.total_bytes);
      bar->Show(progress.bytes, absl::StrCat(", ", Count(progress.objects, "object")));
    };
    got = vault::GetTree(vault, options);
  }
  SHADW_RETURN_IF_ERROR(got.status());
  auto failed = nlohmann::json::array();
  for (const vault::NotRestored& object : got->failed) {
    const std::string why(object.why.message());
    console.Warn(absl::StrCat("not restored: ", Printable(object.name), ": ", why));
    nlohmann::json described = {{"why", why}};
    SetName(described, object.name);
    failed.push_back(std::move(described));
  }
  auto elsewhere = nlohmann::json::array();
  for (const vault::RestoredElsewhere& object : got->elsewhere) {
    console.Warn(absl::StrCat(Printable(object.name), " cannot have its name here and is ",
                              object.path.string()));
    nlohmann::json described = {{"path", object.path.string()}};
    SetName(described, object.name);
    elsewhere.push_back(std::move(described));
  }
  if (got->faults > 0) {
    console.Warn(absl::StrCat(Count(got->faults, "cell"),
                              " missing or damaged, rebuilt from the others: shadw verify says "
                              "which"));
  }
  Outcome outcome;
  outcome.text = absl::StrCat("restored ", Count(got->restored, "object"), ", ",
                              FormatBytes(got->bytes), "\n");
  if (!failed.empty()) absl::StrAppend(&outcome.text, failed.size(), " not restored\n");
  outcome.json = {{"restored", got->restored},
                  {"bytes", got->bytes},
                  {"faults", got->faults},
                  {"elsewhere", std::move(elsewhere)},
                  {"failed", std::move(failed)}};
  outcome.good = got->failed.empty();
  return outcome;
}

}  // namespace shadw::app
