// SPDX-License-Identifier: Apache-2.0
//
// Hostile saved tables, as they are and with a hash that fits. What is read can be sent
// to, is within the limit and is written the same again.
#include <cstdlib>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/dht/hyper/hyperdht.h"
#include "libshadw/dht/krpc/mainline.h"
#include "libshadw/dht/table_file.h"

namespace shadw::dht {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Check(const ProtocolTraits& protocol, base::ByteSpan bytes) {
  const absl::StatusOr<SavedTable> table = LoadTable(protocol, bytes);
  if (!table.ok()) return;
  Require(table->contacts.size() <= kMaxSavedContacts);
  for (const Contact& contact : table->contacts) Require(contact.endpoint.IsUsable());
  Require(SaveTable(protocol, *table) == base::ToBytes(bytes));
}

void Fuzz(base::ByteSpan bytes) {
  base::Bytes fitting = base::ToBytes(bytes);
  const auto hash = crypto::Blake2b128({}, {bytes});
  fitting.insert(fitting.end(), hash.begin(), hash.end());
  for (const ProtocolTraits* protocol : {&krpc::Mainline().traits(), &hyper::Hyperdht().traits()}) {
    Check(*protocol, bytes);
    Check(*protocol, fitting);
  }
}

}  // namespace
}  // namespace shadw::dht

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::dht::Fuzz({data, size});
  return 0;
}
