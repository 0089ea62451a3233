// SPDX-License-Identifier: Apache-2.0
#include "libshadw/vault/put_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"

namespace shadw::vault {
namespace {

constexpr char kChanged[] = "changed while it was read: it may be neither the old nor the new";

std::set<FileIdentity> IdentitiesOf(const std::vector<std::string>& folders) {
  std::set<FileIdentity> identities;
  for (const std::string& folder : folders) {
    struct stat status {};
    if (stat(folder.c_str(), &status) == 0) identities.insert({status.st_dev, status.st_ino});
  }
  return identities;
}

ByteSource SourceOver(std::shared_ptr<const base::Bytes> content) {
  return [content = std::move(content),
          at = size_t{0}](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
    const size_t take = std::min(out.size(), content->size() - at);
    std::copy_n(content->begin() + static_cast<ptrdiff_t>(at), take, out.begin());
    at += take;
    return take;
  };
}

bool Changed(const WalkedFile& walked) {
  struct stat status {};
  if (fstat(walked.file.get(), &status) != 0) return false;
  const int64_t mtime_ns = status.st_mtim.tv_sec * int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
  return static_cast<uint64_t>(status.st_size) != walked.bytes || mtime_ns != walked.mtime_ns;
}

// Files that are too large to share a pack are put when everything else is: what goes wrong
// with one of them then concerns nothing else.
struct LargeFile {
  size_t root = 0;
  WalkedFile walked;  // not open
};

class TreePut {
 public:
  TreePut(Vault& vault, const PutTreeOptions& options) : vault_(vault), options_(options) {}

  absl::StatusOr<PutTreeReport> Run() {
    left_out_ = IdentitiesOf(options_.leave_out);
    // One is open at a time: there may be more of them than a process may open.
    for (const TreeRoot& root : options_.roots) {
      SHADW_RETURN_IF_ERROR(TreeWalk::Open(root.path, root.name).status());
    }
    SHADW_ASSIGN_OR_RETURN(report_.receipt,
                           vault_.PutMany([this] { return NextSmall(); }, options_.put));
    for (const std::string& name : report_.receipt.overtaken) {
      remarks_.failed.push_back({name, "another writer's version came first"});
    }
    for (const LargeFile& large : large_) SHADW_RETURN_IF_ERROR(PutLarge(large));
    report_.skipped = std::move(remarks_.skipped);
    report_.failed = std::move(remarks_.failed);
    return std::move(report_);
  }

 private:
  absl::Status MayGoOn() const {
    return options_.may_go_on ? options_.may_go_on() : absl::OkStatus();
  }

  std::string PathOf(size_t root, const WalkedFile& walked) const {
    const std::string& folder = options_.roots[root].path;
    if (walked.path.empty()) return folder;
    return absl::StrCat(folder, folder.ends_with('/') ? "" : "/", walked.path);
  }

  absl::StatusOr<std::optional<PutItem>> NextSmall() {
    while (root_ < options_.roots.size()) {
      SHADW_RETURN_IF_ERROR(MayGoOn());
      std::optional<WalkedFile> walked = NextOfRoot();
      if (!walked) {
        walk_.reset();
        ++root_;
        continue;
      }
      auto content = ContentOf(*walked);
      if (content == nullptr) continue;
      return PutItem{.name = std::move(walked->name),
                     .source = SourceOver(std::move(content)),
                     .mode = walked->mode,
                     .mtime_ns = walked->mtime_ns,
                     .kind = walked->kind};
    }
    return std::nullopt;
  }

  std::optional<WalkedFile> NextOfRoot() {
    if (!walk_) {
      const TreeRoot& root = options_.roots[root_];
      auto walk = TreeWalk::Open(root.path, root.name);
      if (!walk.ok()) {
        remarks_.failed.push_back({root.path, std::string(walk.status().message())});
        return std::nullopt;
      }
      walk_ = *std::move(walk);
      walk_->LeaveOut(left_out_);
    }
    return walk_->Next(remarks_);
  }

  absl::StatusOr<WalkedFile> Reopen(const LargeFile& large) const {
    const TreeRoot& root = options_.roots[large.root];
    SHADW_ASSIGN_OR_RETURN(const TreeWalk walk, TreeWalk::Open(root.path, root.name));
    return walk.Reopen(large.walked);
  }

  // Null where the file is large, or cannot be read.
  std::shared_ptr<const base::Bytes> ContentOf(WalkedFile& walked) {
    if (walked.kind != shard::ObjectKind::kFile) {
      return std::make_shared<base::Bytes>(walked.target.begin(), walked.target.end());
    }
    if (walked.bytes <= shard::kMaxMemberBytes) {
      auto content = std::make_shared<base::Bytes>(shard::kMaxMemberBytes + 1);
      const auto got = store::ReadAt(walked.file.get(), 0, *content);
      if (!got.ok()) {
        remarks_.failed.push_back({PathOf(root_, walked), std::string(got.status().message())});
        return nullptr;
      }
      content->resize(*got);
      content->shrink_to_fit();
      if (*got <= shard::kMaxMemberBytes) {
        if (Changed(walked)) report_.changed.push_back({PathOf(root_, walked), kChanged});
        return content;
      }
    }
    walked.file = store::FileDescriptor();
    large_.push_back({root_, std::move(walked)});
    return nullptr;
  }

  absl::Status PutLarge(const LargeFile& large) {
    const std::string path = PathOf(large.root, large.walked);
    auto walked = Reopen(large);
    if (!walked.ok()) {
      remarks_.failed.push_back({path, std::string(walked.status().message())});
      return absl::OkStatus();
    }
    bool unreadable = false;
    const ByteSource source =
        [&, at = uint64_t{0}](base::MutableByteSpan out) mutable -> absl::StatusOr<size_t> {
      SHADW_RETURN_IF_ERROR(MayGoOn());
      absl::StatusOr<size_t> got = store::ReadAt(walked->file.get(), at, out);
      unreadable |= !got.ok();
      at += got.value_or(0);
      return got;
    };
    const auto put = vault_.Put(walked->name, source, OptionsFor(*walked));
    if (unreadable || absl::IsAborted(put.status())) {
      remarks_.failed.push_back({path, std::string(put.status().message())});
      return absl::OkStatus();
    }
    SHADW_RETURN_IF_ERROR(put.status());
    if (Changed(*walked)) report_.changed.push_back({path, kChanged});
    PutManyReceipt& receipt = report_.receipt;
    ++receipt.objects;
    receipt.object_bytes += put->object_bytes;
    receipt.stored_bytes += put->stored_bytes;
    receipt.listed.Update(put->listed);
    return absl::OkStatus();
  }

  PutOptions OptionsFor(const WalkedFile& walked) const {
    PutOptions options = options_.put;
    options.mode = walked.mode;
    options.mtime_ns = walked.mtime_ns;
    options.kind = walked.kind;
    if (options_.put.progress) {
      options.progress = [this](const Progress& of_object) {
        const uint64_t before = report_.receipt.object_bytes;
        options_.put.progress({before + of_object.sealed_bytes, before + of_object.sent_bytes,
                               before + of_object.durable_bytes});
      };
    }
    return options;
  }

  Vault& vault_;
  const PutTreeOptions& options_;
  std::set<FileIdentity> left_out_;
  std::optional<TreeWalk> walk_;  // of roots[root_], once it has begun
  size_t root_ = 0;
  std::vector<LargeFile> large_;
  TreeWalk::Remarks remarks_;
  PutTreeReport report_;
};

}  // namespace

std::string TreeName(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path == "." || path == ".." ? std::string() : std::string(path);
}

absl::StatusOr<PutTreeReport> PutTree(Vault& vault, const PutTreeOptions& options) {
  return TreePut(vault, options).Run();
}

}  // namespace shadw::vault
