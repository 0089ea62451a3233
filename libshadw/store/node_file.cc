// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/node_file.h"

#include <algorithm>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libshadw/base/coding.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::store {
namespace {

constexpr std::string_view kMagic("shadw-store\0", 12);
constexpr uint32_t kVersion = 1;
constexpr size_t kCheckedBytes = 48;

}  // namespace

base::ByteArray<kNodeFileBytes> EncodeNodeFile(const NodeId& id) {
  base::ByteWriter out;
  out.Raw(base::AsBytes(kMagic)).U32(kVersion).Raw(id);
  out.Raw(crypto::Blake2b256({}, {out.bytes()}));
  base::ByteArray<kNodeFileBytes> file;
  std::ranges::copy(out.bytes(), file.begin());
  return file;
}

absl::StatusOr<NodeId> DecodeNodeFile(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  const bool ours = std::ranges::equal(in.View(kMagic.size()), base::AsBytes(kMagic));
  const uint32_t version = in.U32();
  // The version is looked at before the checksum, which a later one may have moved.
  if (ours && in.ok() && version != kVersion) {
    return absl::UnimplementedError(
        absl::StrCat("store: got node file version ", version, ", need ", kVersion));
  }
  NodeId id;
  base::ByteArray<32> checksum;
  in.Raw(id);
  in.Raw(checksum);
  if (!ours || !in.Finished() || checksum != crypto::Blake2b256({}, {bytes.first(kCheckedBytes)})) {
    return absl::DataLossError(absl::StrCat("store: got a damaged node file of ", bytes.size(),
                                            " bytes, need ", kNodeFileBytes, " intact ones"));
  }
  return id;
}

}  // namespace shadw::store
