// SPDX-License-Identifier: Apache-2.0
//
// What a node remembers from one run to the next, as bytes: its id, and contacts to
// begin with. Who writes them to a disk, and where, is the application's affair.
//
//   base::Bytes bytes = SaveTable(protocol.traits(), {node.id(), node.Contacts()});
//   absl::StatusOr<SavedTable> saved = LoadTable(protocol.traits(), bytes);   // next time
//   options.id = saved->id;
//   auto node = Node::Create(options, &protocol, &random, now);
//   node->Remember(now, saved->contacts);
//
// Where the protocol ties ids to addresses, leave `options.id` out: the address may have
// changed, and the node would insist.
//
// Layout, integers little-endian:
//   8  "shadwdht"          1  format = 1          1  n          n  the protocol's name
//   i  id, of the protocol's length               4  contacts
//   each contact   i  id   1  family, 4 or 6   4 or 16  address   2  port
//   16 BLAKE2b-128 of everything above
//
// Limits: kMaxSavedContacts. The hash finds accidents, not malice: a forged table is
// read, and its contacts are asked before they are believed.
#ifndef LIBSHADW_DHT_TABLE_FILE_H_
#define LIBSHADW_DHT_TABLE_FILE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "libshadw/dht/contact.h"
#include "libshadw/dht/protocol.h"

namespace shadw::dht {

inline constexpr size_t kMaxSavedContacts = 1000;

struct SavedTable {
  NodeId id{};
  std::vector<Contact> contacts;

  friend bool operator==(const SavedTable&, const SavedTable&) = default;
};

//   Promise  contacts that cannot be sent to, and what exceeds kMaxSavedContacts, are
//            left out; one table, one spelling
base::Bytes SaveTable(const ProtocolTraits& protocol, const SavedTable& table);

//   Shapes   bytes  any
//   Errors   kDataLoss            cut short, damaged, or not a table at all
//            kUnimplemented       a format of another version
//            kFailedPrecondition  the table of another protocol
absl::StatusOr<SavedTable> LoadTable(const ProtocolTraits& protocol, base::ByteSpan bytes);

}  // namespace shadw::dht

#endif  // LIBSHADW_DHT_TABLE_FILE_H_
