// SPDX-License-Identifier: Apache-2.0
#include "libshadw/capacity/plot_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/base/status_macros.h"
#include "libshadw/capacity/grain_tree.h"
#include "libshadw/capacity/plot_layout.h"
#include "libshadw/crypto/blake2b.h"
#include "libshadw/store/posix.h"

namespace shadw::capacity {
namespace {

constexpr std::string_view kMagic = "sPf";
constexpr uint8_t kFormat = 1;
constexpr size_t kChecksumBytes = 16;
constexpr size_t kHeadBytes = 4 + kCommitmentBytes;

base::Bytes Header(const PlotCommitment& commitment) {
  base::ByteWriter out;
  out.Raw(base::AsBytes(kMagic)).U8(kFormat).Raw(EncodeCommitment(commitment));
  out.Raw(crypto::Blake2b128({}, {out.bytes()}));
  return std::move(out.Zeros(kPlotHeaderBytes - out.size())).Take();
}

// A pathname that was written only in part does not stay behind.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  void Keep() { path_.clear(); }

 private:
  std::string path_;
};

absl::Status Damaged(uint64_t grain) {
  return absl::DataLossError(absl::StrCat("capacity: got other labels from ", grain * kGrainLabels,
                                          " on, need those the plot was made with"));
}

}  // namespace

absl::Status WritePlotFile(const std::filesystem::path& path, const PlotContents& contents) {
  const std::string part = path.string() + ".part";
  const store::FileDescriptor file =
      store::OpenAt(AT_FDCWD, part.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file.ok()) return store::ErrnoStatus(absl::StrCat("cannot make ", part), errno);
  Unfinished unfinished(part);
  SHADW_RETURN_IF_ERROR(store::WriteAll(file.get(), Header(contents.commitment)));
  SHADW_RETURN_IF_ERROR(store::WriteAll(file.get(), contents.labels));
  SHADW_RETURN_IF_ERROR(store::WriteAll(
      file.get(),
      {reinterpret_cast<const uint8_t*>(contents.grains.data()), contents.grains.size_bytes()}));
  if (fsync(file.get()) != 0) return store::ErrnoStatus(absl::StrCat("cannot sync ", part), errno);
  if (const int error =
          store::RenameWithoutReplacing(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str());
      error != 0) {
    return store::ErrnoStatus(absl::StrCat("cannot make ", path.string()), error);
  }
  unfinished.Keep();
  return absl::OkStatus();
}

absl::StatusOr<PlotCommitment> ParsePlotHeader(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const bool known = std::ranges::equal(in.View(kMagic.size()), base::AsBytes(kMagic));
  const uint8_t format = in.U8();
  if (!known || !in.ok()) {
    return absl::DataLossError("capacity: got a file of another kind, need a plot");
  }
  if (format != kFormat) {
    return absl::UnimplementedError(
        absl::StrCat("capacity: got a plot of format ", format, ", know ", kFormat));
  }
  if (bytes.size() != kPlotHeaderBytes) {
    return absl::DataLossError(absl::StrCat("capacity: got a plot's header of ", bytes.size(),
                                            " bytes, need ", kPlotHeaderBytes));
  }
  const base::ByteSpan rest = bytes.subspan(kHeadBytes + kChecksumBytes);
  if (!std::ranges::equal(crypto::Blake2b128({}, {bytes.first(kHeadBytes)}),
                          bytes.subspan(kHeadBytes, kChecksumBytes)) ||
      std::ranges::any_of(rest, [](uint8_t byte) { return byte != 0; })) {
    return absl::DataLossError("capacity: got a plot's header with a wrong hash, need its own");
  }
  return ParseCommitment(bytes.subspan(4, kCommitmentBytes));
}

struct PlotFile::Impl {
  store::FileDescriptor file;
  PlotCommitment commitment;
  std::vector<Hash256> grains;
  GrainTree tree;

  // The labels of a grain, checked.
  absl::StatusOr<std::vector<Label>> Labels(uint64_t grain) const {
    std::vector<Row> rows(kGrainRows);
    SHADW_ASSIGN_OR_RETURN(const size_t got,
                           store::ReadAt(file.get(), kPlotHeaderBytes + grain * kGrainBytes,
                                         {reinterpret_cast<uint8_t*>(rows.data()), kGrainBytes}));
    std::vector<Label> labels = LabelsOf(rows);
    if (got != kGrainBytes || crypto::MerkleRoot(labels) != grains[grain]) return Damaged(grain);
    return labels;
  }
};

PlotFile::PlotFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PlotFile::PlotFile(PlotFile&&) noexcept = default;
PlotFile& PlotFile::operator=(PlotFile&&) noexcept = default;
PlotFile::~PlotFile() = default;

const PlotCommitment& PlotFile::commitment() const { return impl_->commitment; }

absl::StatusOr<PlotFile> PlotFile::Open(const std::filesystem::path& path) {
  store::FileDescriptor file = store::OpenAt(AT_FDCWD, path.c_str(), O_RDONLY);
  if (!file.ok()) return store::ErrnoStatus(absl::StrCat("cannot open ", path.string()), errno);
  base::Bytes header(kPlotHeaderBytes);
  SHADW_ASSIGN_OR_RETURN(const size_t got, store::ReadAt(file.get(), 0, header));
  SHADW_ASSIGN_OR_RETURN(const PlotCommitment commitment,
                         ParsePlotHeader(base::ByteSpan(header).first(got)));
  struct stat about {};
  if (fstat(file.get(), &about) != 0) return store::ErrnoStatus("cannot look at a plot", errno);
  const uint64_t need = PlotFileBytes(commitment.parameters);
  if (static_cast<uint64_t>(about.st_size) != need) {
    return absl::DataLossError(
        absl::StrCat("capacity: got a plot of ", about.st_size, " bytes, need ", need));
  }
  std::vector<Hash256> grains(commitment.parameters.labels() / kGrainLabels);
  SHADW_ASSIGN_OR_RETURN(
      const size_t grain_bytes,
      store::ReadAt(file.get(), GrainsOffset(commitment.parameters),
                    {reinterpret_cast<uint8_t*>(grains.data()), grains.size() * sizeof(Hash256)}));
  GrainTree tree(grains);
  if (grain_bytes != grains.size() * sizeof(Hash256) || tree.root() != commitment.labels_root) {
    return absl::DataLossError("capacity: got roots of other labels, need those of the commitment");
  }
  return PlotFile(std::make_unique<Impl>(
      Impl{std::move(file), commitment, std::move(grains), std::move(tree)}));
}

absl::StatusOr<SpaceProof> PlotFile::Prove(const SpaceChallenge& challenge) const {
  SHADW_RETURN_IF_ERROR(challenge.Validate());
  SpaceProof proof{.labels_log2 = commitment().parameters.labels_log2, .openings = {}};
  for (const uint64_t place : ChallengedLabels(commitment(), challenge)) {
    SHADW_ASSIGN_OR_RETURN(const std::vector<Label> labels, impl_->Labels(place / kGrainLabels));
    proof.openings.push_back(
        {.label = labels[place % kGrainLabels], .path = impl_->tree.Proof(place, labels)});
  }
  return proof;
}

absl::Status PlotFile::Check() const {
  for (uint64_t grain = 0; grain < impl_->grains.size(); ++grain) {
    SHADW_RETURN_IF_ERROR(impl_->Labels(grain).status());
  }
  return absl::OkStatus();
}

}  // namespace shadw::capacity
