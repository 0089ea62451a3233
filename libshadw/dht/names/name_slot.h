// SPDX-License-Identifier: Apache-2.0
//
// Where a name's record stands in a hash table, and the mutable record that carries it.
//
//   Record record = *ToDhtRecord(protocol, seed, name_record);       // the owner
//   node.Put(now, record, {}, {}, /*keep=*/true);
//   NameSlot slot = *SlotOf(protocol, name);                         // anybody
//   node.GetMutable(now, slot.key, slot.salt);
//   book.Take(now, protocol, name, get_report);
//
// Mainline tells the items of one key apart by a salt, so a name stands under the owner's
// key with its label as salt. Hyperdht has one item for each key and no salt. There a name
// has a key of its own, blinded out of the owner's (`crypto/ed25519_blinded.h`) by the
// context "shadw/ns/v1" ‖ NamespaceId: a reader computes it from owner and label alone, and
// only the owner can sign under it. A key derived from the owner's seed by a hash could
// not be found by name, and one derived from the name could be written by everybody.
// Whichever way it came, the record inside has the owner's own signature.
//
// Limits: signing for hyperdht takes the owner's seed, an `Ed25519Signer` does not do.
//   Source   BEP 44 (salt); hyperdht, mutable put
#ifndef LIBSHADW_DHT_NAMES_NAME_SLOT_H_
#define LIBSHADW_DHT_NAMES_NAME_SLOT_H_

#include <span>

#include "absl/status/statusor.h"
#include "libshadw/dht/names/name_record.h"
#include "libshadw/dht/protocol.h"

namespace shadw::dht::names {

struct NameSlot {
  base::ByteArray<32> key{};
  base::Bytes salt;  // empty where the protocol has none

  friend bool operator==(const NameSlot&, const NameSlot&) = default;
};

//   Errors   kInvalidArgument  the label is empty or over kMaxLabelBytes, or the owner is
//                              no Ed25519 key
absl::StatusOr<NameSlot> SlotOf(const Protocol& protocol, const Name& name);

// The mutable record to put; its sequence number is the name's.
//   Shapes   seed  the owner's, of the Ed25519Signer that signed `record`
//   Errors   kInvalidArgument   `record` is not legal
//            kPermissionDenied  `record` is forged, or the seed another owner's
absl::StatusOr<Record> ToDhtRecord(const Protocol& protocol, std::span<const uint8_t, 32> seed,
                                   const NameRecord& record);

// What a get of the name's slot brought home. The signature of the carrier was checked by
// the node; that of the name's record is left to Accept.
//   Errors   as DecodeRecord
//            kPermissionDenied  it stands in the slot of another name
//            kDataLoss          no byte string, or numbered otherwise than its carrier
absl::StatusOr<NameRecord> FromDhtRecord(const Protocol& protocol, const Name& asked,
                                         const Record& record);

}  // namespace shadw::dht::names

#endif  // LIBSHADW_DHT_NAMES_NAME_SLOT_H_
