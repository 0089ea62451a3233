// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/directory_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/random.h"
#include "libshadw/crypto/secret.h"
#include "libshadw/store/blob_path.h"
#include "libshadw/store/open_directory.h"
#include "libshadw/store/posix.h"
#include "libshadw/store/work_directory.h"

namespace shadw::store {
namespace {

constexpr size_t kTrailerBytes = sizeof(TokenHash);

absl::Status NoSuchBlob() { return absl::NotFoundError("store: no such blob"); }

// Not there, or there but not as anything of ours: a link, a file for a directory.
bool MeansAbsent(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

// A medium that refuses to be written. "Permission denied" is about tokens: whoever is
// told so by a Delete takes the blob for somebody else's.
absl::Status WriteError(absl::Status status) {
  if (!absl::IsPermissionDenied(status)) return status;
  return absl::FailedPreconditionError(status.message());
}

// On the way to a put, "not found" is no answer about a blob: the directory has gone.
absl::Status PutError(absl::Status status) {
  if (!absl::IsNotFound(status)) return WriteError(std::move(status));
  return absl::UnavailableError("store: the store's directory has gone");
}

struct OpenBlob {
  FileDescriptor leaf, file;
  struct stat stat;

  uint64_t length() const { return static_cast<uint64_t>(stat.st_size); }
  uint64_t bytes() const { return length() < kTrailerBytes ? 0 : length() - kTrailerBytes; }
};

// Directory by directory, because O_NOFOLLOW guards only the last step of a path.
absl::StatusOr<OpenBlob> OpenFor(int flags, int blobs, const StorageId& id) {
  const BlobPath path(id);
  OpenBlob blob;
  const FileDescriptor branch = OpenAt(blobs, path.branch.c_str(), O_PATH | O_DIRECTORY);
  if (branch.ok()) blob.leaf = OpenAt(branch.get(), path.leaf.c_str(), O_PATH | O_DIRECTORY);
  // O_NONBLOCK, lest a pipe of that name keeps us waiting.
  if (blob.leaf.ok()) blob.file = OpenAt(blob.leaf.get(), path.file.c_str(), flags | O_NONBLOCK);
  if (!blob.file.ok()) return MeansAbsent(errno) ? NoSuchBlob() : ErrnoStatus("cannot open", errno);
  if (fstat(blob.file.get(), &blob.stat) != 0) return ErrnoStatus("cannot stat", errno);
  if (!S_ISREG(blob.stat.st_mode)) return NoSuchBlob();
  return blob;
}

absl::StatusOr<BlobStat> StatOf(const OpenBlob& blob) {
  BlobStat stat = {.bytes = blob.bytes(), .token_hash = {}};
  if (blob.length() < kTrailerBytes) return stat;
  SHADW_ASSIGN_OR_RETURN(const size_t got, ReadAt(blob.file.get(), blob.bytes(), stat.token_hash));
  // Cut short under our hands; the next call will see it as it is.
  if (got < kTrailerBytes) return absl::UnavailableError("store: a file shrank while it was read");
  return stat;
}

// Collects the smallest ids above `after` from one leaf.
absl::Status ListLeaf(int leaf, const std::optional<StorageId>& after, size_t limit,
                      std::vector<StorageId>& ids) {
  std::vector<StorageId> found;
  const auto keep_smallest = [&] {
    std::ranges::sort(found);
    if (found.size() > limit) found.resize(limit);
  };
  SHADW_RETURN_IF_ERROR(ForEachEntry(leaf, [&](const char* name) {
    const std::optional<StorageId> id = ParseBlobName(name);
    if (!id || (after && *id <= *after)) return true;
    struct stat stat;
    const bool ours = fstatat(leaf, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode);
    if (ours) found.push_back(*id);
    if (found.size() >= 2 * limit) keep_smallest();
    return true;
  }));
  keep_smallest();
  ids.insert(ids.end(), found.begin(), found.end());
  return absl::OkStatus();
}

// The directories of `parent` that are named like ours, from `first` on, ascending.
absl::StatusOr<std::vector<uint8_t>> DirectoriesFrom(int parent, uint8_t first) {
  std::vector<uint8_t> numbers;
  SHADW_RETURN_IF_ERROR(ForEachEntry(parent, [&](const char* name) {
    const std::optional<uint8_t> number = ParseDirectoryName(name);
    if (number && *number >= first) numbers.push_back(*number);
    return true;
  }));
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace

struct DirectoryStore::Parts {
  Parts(const Options& options, OpenedDirectory opened_directory, std::optional<WorkDirectory> own)
      : directory(options.directory),
        sync(options.sync),
        opened(std::move(opened_directory)),
        work(std::move(own)) {}

  const std::filesystem::path directory;  // for messages
  const bool sync;
  OpenedDirectory opened;
  std::optional<WorkDirectory> work;  // nothing where the store is only read
  std::shared_ptr<SharedSyncs::FileSystem> syncs;
  std::atomic<uint64_t> next_name = 0;
  std::atomic<uint64_t> newest_change = 0;  // as `syncs` numbers them

  int blobs() const { return opened.blobs.get(); }

  static absl::StatusOr<std::unique_ptr<Parts>> OpenForWriting(const Options& options);
  absl::Status CheckWritable() const;
  absl::StatusOr<FileDescriptor> MakeLeaf(const BlobPath& path) const;
  // Call it after every change that Flush has to make durable. Returns its number.
  uint64_t NoteChange();
};

absl::StatusOr<std::unique_ptr<DirectoryStore::Parts>> DirectoryStore::Parts::OpenForWriting(
    const Options& options) {
  crypto::SystemRandom system_random;
  SHADW_ASSIGN_OR_RETURN(
      OpenedDirectory opened,
      OpenStoreDirectory(options.directory,
                         {.create = options.create,
                          .sync = options.sync,
                          .random = options.random != nullptr ? options.random : &system_random}));
  SHADW_ASSIGN_OR_RETURN(const bool any_dead, WorkDirectory::ClearTheDead(opened.tmp.get()));
  // Their names may be seen, relied on, and not durable.
  if (any_dead && options.sync && syncfs(opened.root.get()) != 0) {
    return ErrnoStatus("cannot sync what a dead process left", errno);
  }
  SHADW_ASSIGN_OR_RETURN(WorkDirectory work, WorkDirectory::Open(opened.tmp.get()));
  Unlock(opened.lock);
  auto parts = std::make_unique<Parts>(options, std::move(opened), std::move(work));
  const auto syncs = options.syncs != nullptr ? options.syncs : std::make_shared<SharedSyncs>();
  SHADW_ASSIGN_OR_RETURN(parts->syncs, syncs->Of(parts->blobs()));
  return parts;
}

absl::Status DirectoryStore::Parts::CheckWritable() const {
  if (work) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("store: got a read-only directory ", directory.string(), ", need write access"));
}

absl::StatusOr<FileDescriptor> DirectoryStore::Parts::MakeLeaf(const BlobPath& path) const {
  SHADW_ASSIGN_OR_RETURN(const FileDescriptor branch,
                         MakeDirectoryAt(blobs(), path.branch.c_str()));
  return MakeDirectoryAt(branch.get(), path.leaf.c_str());
}

uint64_t DirectoryStore::Parts::NoteChange() {
  if (!sync) return 0;
  const uint64_t change = syncs->Note();
  uint64_t newest = newest_change;
  while (newest < change && !newest_change.compare_exchange_weak(newest, change)) {
  }
  return change;
}

// A file under tmp that is to be a blob.
class DirectoryStore::Staged : public StagedBlob {
 public:
  Staged(Parts& parts, const BlobPath& path, FileDescriptor leaf)
      : parts_(parts),
        leaf_(std::move(leaf)),
        name_(path.file),
        temporary_(absl::StrCat(parts.next_name.fetch_add(1))) {}
  ~Staged() override {
    if (file_.ok()) unlinkat(parts_.work->fd(), temporary_.c_str(), 0);
  }

  absl::Status Write(base::ByteSpan bytes, const TokenHash& token_hash) {
    file_ = OpenAt(parts_.work->fd(), temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file_.ok()) return PutError(ErrnoStatus("cannot make a file", errno));
    SHADW_RETURN_IF_ERROR(WriteAll(file_.get(), bytes));
    SHADW_RETURN_IF_ERROR(WriteAll(file_.get(), token_hash));
    if (!parts_.sync) return absl::OkStatus();
    // The disk works while the caller does something else. Where this fails, so does Put.
    sync_file_range(file_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    written_ = parts_.NoteChange();
    return absl::OkStatus();
  }

  absl::Status Put() override {
    SHADW_RETURN_IF_ERROR(SyncBytes());
    const int error =
        RenameWithoutReplacing(parts_.work->fd(), temporary_.c_str(), leaf_.get(), name_.c_str());
    if (error == EEXIST) return Taken();
    if (error != 0) return PutError(ErrnoStatus("cannot name a blob", error));
    file_ = FileDescriptor();
    parts_.NoteChange();
    return absl::OkStatus();
  }

  static absl::Status Taken() {
    return absl::AlreadyExistsError("store: got a storage id that is taken, need a free one");
  }

 private:
  absl::Status SyncBytes() const {
    if (!parts_.sync) return absl::OkStatus();
    // A sync of the file system need not tell what went wrong with this file.
    constexpr unsigned kAll =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    const bool synced = parts_.syncs->Covers(written_)
                            ? sync_file_range(file_.get(), 0, 0, kAll) == 0 || errno == ENOSYS
                            : fdatasync(file_.get()) == 0;
    return synced ? absl::OkStatus() : ErrnoStatus("cannot sync a file", errno);
  }

  Parts& parts_;
  FileDescriptor leaf_;
  FileDescriptor file_;
  std::string name_;       // below the leaf
  std::string temporary_;  // below the work directory
  uint64_t written_ = 0;   // the change that the bytes were
};

absl::Status DirectoryStore::Options::Validate() const {
  if (!directory.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("store: got an empty path, need a directory");
}

absl::StatusOr<std::unique_ptr<DirectoryStore>> DirectoryStore::Open(const Options& options) {
  SHADW_RETURN_IF_ERROR(options.Validate());
  absl::StatusOr<std::unique_ptr<Parts>> parts = Parts::OpenForWriting(options);
  if (absl::IsPermissionDenied(parts.status())) {
    // A read-only medium says so in as many ways as there are files to write.
    auto opened = OpenForReading(options.directory);
    if (opened.ok()) parts = std::make_unique<Parts>(options, *std::move(opened), std::nullopt);
  }
  SHADW_RETURN_IF_ERROR(parts.status());
  return std::make_unique<DirectoryStore>(*std::move(parts));
}

DirectoryStore::DirectoryStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

DirectoryStore::~DirectoryStore() {
  if (!parts_->work) return;
  // So that the next opener syncs.
  if (parts_->sync && !parts_->syncs->Covers(parts_->newest_change)) return;
  if (Lock(parts_->opened.lock.get(), /*wait=*/true) != 0) return;
  parts_->work->End(parts_->opened.tmp.get());
}

const NodeId& DirectoryStore::node_id() const { return parts_->opened.node_id; }

absl::Status DirectoryStore::Put(const StorageId& id, base::ByteSpan bytes,
                                 const TokenHash& token_hash) {
  SHADW_ASSIGN_OR_RETURN(const std::unique_ptr<StagedBlob> staged, Stage(id, bytes, token_hash));
  return staged->Put();
}

absl::StatusOr<std::unique_ptr<StagedBlob>> DirectoryStore::Stage(const StorageId& id,
                                                                  base::ByteSpan bytes,
                                                                  const TokenHash& token_hash) {
  if (bytes.size() > kMaxBlobBytes) {
    return absl::InvalidArgumentError(absl::StrCat("store: got a blob of ", bytes.size(),
                                                   " bytes, need at most ", kMaxBlobBytes));
  }
  SHADW_RETURN_IF_ERROR(parts_->CheckWritable());
  const BlobPath path(id);
  absl::StatusOr<FileDescriptor> leaf = parts_->MakeLeaf(path);
  if (!leaf.ok()) return PutError(leaf.status());
  // The rename decides; this only spares writing what would be refused.
  if (faccessat(leaf->get(), path.file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    return Staged::Taken();
  }
  auto staged = std::make_unique<Staged>(*parts_, path, *std::move(leaf));
  SHADW_RETURN_IF_ERROR(staged->Write(bytes, token_hash));
  return staged;
}

absl::StatusOr<size_t> DirectoryStore::Get(const StorageId& id, uint64_t offset,
                                           base::MutableByteSpan out) const {
  SHADW_ASSIGN_OR_RETURN(const OpenBlob blob, OpenFor(O_RDONLY, parts_->blobs(), id));
  if (offset >= blob.bytes()) return 0;
  const size_t count = std::min<uint64_t>(out.size(), blob.bytes() - offset);
  return ReadAt(blob.file.get(), offset, out.first(count));
}

absl::Status DirectoryStore::Delete(const StorageId& id, const DeleteToken& token) {
  const absl::StatusOr<OpenBlob> opened =
      OpenFor(parts_->work ? O_RDWR : O_RDONLY, parts_->blobs(), id);
  if (!opened.ok()) return WriteError(opened.status());
  const OpenBlob& blob = *opened;
  // Whoever deletes holds the file's lock and looks again, so that what was put in its
  // place by the one before is not mistaken for it.
  if (const int error = Lock(blob.file.get(), /*wait=*/true); error != 0) {
    return ErrnoStatus("cannot lock a blob", error);
  }
  const BlobPath path(id);
  struct stat now;
  const int seen = fstatat(blob.leaf.get(), path.file.c_str(), &now, AT_SYMLINK_NOFOLLOW);
  if (seen != 0 || now.st_ino != blob.stat.st_ino) return NoSuchBlob();
  SHADW_ASSIGN_OR_RETURN(const BlobStat stat, StatOf(blob));
  const bool worthless = blob.length() < kTrailerBytes;
  if (!worthless && !crypto::ConstantTimeEqual(HashToken(token), stat.token_hash)) {
    return absl::PermissionDeniedError("store: delete token refused");
  }
  // Only now: a blob that is not there, or not theirs, is none on a read-only medium too.
  SHADW_RETURN_IF_ERROR(parts_->CheckWritable());
  if (unlinkat(blob.leaf.get(), path.file.c_str(), 0) != 0) {
    return WriteError(ErrnoStatus("cannot delete", errno));
  }
  parts_->NoteChange();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StorageId>> DirectoryStore::List(std::optional<StorageId> after,
                                                            size_t limit) const {
  if (limit == 0) return absl::InvalidArgumentError("store: got limit 0, need at least 1");
  limit = std::min(limit, kMaxListEntries);
  const BlobPath start(after.value_or(StorageId{}));
  std::vector<StorageId> ids;
  SHADW_ASSIGN_OR_RETURN(const std::vector<uint8_t> branches,
                         DirectoriesFrom(parts_->blobs(), start.branch_number));
  for (const uint8_t branch_number : branches) {
    const FileDescriptor branch =
        OpenDirectoryAt(parts_->blobs(), DirectoryName(branch_number).c_str());
    if (!branch.ok() && MeansAbsent(errno)) continue;
    if (!branch.ok()) return ErrnoStatus("cannot list", errno);
    const bool in_start = branch_number == start.branch_number;
    SHADW_ASSIGN_OR_RETURN(const std::vector<uint8_t> leaves,
                           DirectoriesFrom(branch.get(), in_start ? start.leaf_number & 0xff : 0));
    for (const uint8_t leaf_number : leaves) {
      const FileDescriptor leaf = OpenDirectoryAt(branch.get(), DirectoryName(leaf_number).c_str());
      if (!leaf.ok() && MeansAbsent(errno)) continue;
      if (!leaf.ok()) return ErrnoStatus("cannot list", errno);
      SHADW_RETURN_IF_ERROR(ListLeaf(leaf.get(), after, limit - ids.size(), ids));
      if (ids.size() == limit) return ids;
    }
  }
  return ids;
}

absl::StatusOr<std::vector<std::optional<BlobStat>>> DirectoryStore::StatMany(
    std::span<const StorageId> ids) const {
  if (ids.size() > kMaxStatIds) {
    return absl::InvalidArgumentError(
        absl::StrCat("store: got ", ids.size(), " ids, need at most ", kMaxStatIds));
  }
  std::vector<std::optional<BlobStat>> stats(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    const absl::StatusOr<OpenBlob> blob = OpenFor(O_RDONLY, parts_->blobs(), ids[i]);
    if (absl::IsNotFound(blob.status())) continue;
    if (!blob.ok()) return blob.status();
    SHADW_ASSIGN_OR_RETURN(stats[i], StatOf(*blob));
  }
  return stats;
}

absl::Status DirectoryStore::Flush() {
  if (!parts_->sync || !parts_->work) return absl::OkStatus();
  return parts_->syncs->SyncUpTo(parts_->newest_change, parts_->blobs());
}

}  // namespace shadw::store
