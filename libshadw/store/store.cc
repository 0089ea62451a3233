// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/store.h"

#include "libshadw/base/status_macros.h"
#include "libshadw/crypto/blake2b.h"

namespace shadw::store {
namespace {

class PutAtOnce : public StagedBlob {
 public:
  absl::Status Put() override { return absl::OkStatus(); }
};

}  // namespace

TokenHash HashToken(const DeleteToken& token) { return crypto::Blake2b256({}, {token}); }

absl::StatusOr<std::unique_ptr<StagedBlob>> Store::Stage(const StorageId& id, base::ByteSpan bytes,
                                                         const TokenHash& token_hash) {
  SHADW_RETURN_IF_ERROR(Put(id, bytes, token_hash));
  return std::make_unique<PutAtOnce>();
}

}  // namespace shadw::store
