// SPDX-License-Identifier: Apache-2.0
#include "libshadw/store/store.h"

#include "libshadw/crypto/blake2b.h"

namespace shadw::store {

TokenHash HashToken(const DeleteToken& token) { return crypto::Blake2b256({}, {token}); }

}  // namespace shadw::store
