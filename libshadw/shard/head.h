// SPDX-License-Identifier: Apache-2.0
//
// A head is a version of an object, told in one bare header: which version, how many
// segments, how long, removed or not, signed by the writer and chained to the head
// before it. Writing it is the instant at which a put becomes visible.
// An intent is the same thing said beforehand: a put that is under way.
//
//   auto head = HeadSealer::Create(keys, label, ReadBox{…}, context);
//   for (node …) store->Put(keys.HeadStorageId(sequence, node), head->ForNode(node, copy), …);
//
//   Source   FORMAT.md, "Versions"; property P12
#ifndef LIBSHADW_SHARD_HEAD_H_
#define LIBSHADW_SHARD_HEAD_H_

#include <vector>

#include "libshadw/erasure/code.h"
#include "libshadw/shard/header.h"

namespace shadw::shard {

struct HeadLabel {
  uint8_t flags = kFlagHead;  // or kFlagIntent; kFlagTombstone, kFlagMeta, … beside it
  uint32_t generation = 0;
  uint64_t sequence = 1;
  VersionId version{};
  uint32_t segment_count = 0;
  erasure::Code code;
  uint32_t cell_bytes = kCellBytes;
  uint32_t epoch = 0;
  int64_t time_ns = 0;
  uint64_t sealed_bytes = 0;  // of all segments
  Hash previous_hash{};       // HeadHash of the head before; zero for the first
};

class HeadSealer {
 public:
  // Signs once; `read` carries the object's size, times and metadata.
  //   Errors   kPermissionDenied  keys that may not write
  //            kInvalidArgument   metadata over kInlineMetadataBytes, an illegal code or cell
  //                               size, or flags with neither or both of head and intent
  static absl::StatusOr<HeadSealer> Create(const ObjectKeys& keys, const HeadLabel& label,
                                           const ReadBox& read, const SealContext& context);

  // The same head for another node, unlinkable to the first.
  base::ByteArray<kHeaderBytes> ForNode(const NodeId& node, uint16_t copy) const;

 private:
  HeadSealer(const ObjectKeys& keys, const SealContext& context) : keys_(keys), context_(context) {}

  ObjectKeys keys_;
  SealContext context_;
  AuditBox audit_;
  VerifyBox verify_;
  SealedReadBox sealed_read_{};
};

// An opened head, sealed again for another node by an agent who may repair.
base::ByteArray<kHeaderBytes> CopyHead(const ObjectKeys& keys, const Header& head,
                                       const NodeId& node, uint16_t copy,
                                       const SealContext& context);

// BLAKE2b-256 of what the head's writer signed: what the next head points back to.
Hash HeadHash(const ObjectId& object, const Header& head);

// The sequences whose heads are kept once `newest` exists, ascending: newest,
// newest - 1, every power of two, and newest with its low set bits cleared one after
// another. A reader gallops along them from any sequence it knows.
std::vector<uint64_t> KeptSequences(uint64_t newest);

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_HEAD_H_
