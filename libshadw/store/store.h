// SPDX-License-Identifier: Apache-2.0
//
// A store keeps blobs that it cannot read, under names that tell it nothing.
//
// It is what one untrusted node offers: put, ranged get, delete by token, list and
// stat. Vaults write shards into many stores, repair agents move them, auditors read
// cells out of them; all of them speak this interface, whether the blobs lie in memory
// (memory_store.h), in a directory (directory_store.h) or behind a network.
//
// The model. A blob is immutable: it is put once, whole, and never overwritten, so a
// reader never sees two halves of two writes. It goes away only for somebody who shows
// the token whose hash came with the put. A store derives nothing from a blob's
// content: whether it is a good shard is the business of those who hold keys.
// Storage ids are pseudorandom to the store (shard-format, "Versions"), so ids of one
// object are as far apart as ids of different ones.
//
//   SHADW_RETURN_IF_ERROR(store.Put(id, shard_bytes, store::HashToken(token)));
//   SHADW_RETURN_IF_ERROR(store.Flush());             // the name survives a power cut now
//   base::Buffer cell(32'784);
//   SHADW_ASSIGN_OR_RETURN(const size_t got, store.Get(id, 1024, cell.span()));
//   if (got < cell.size()) …                          // the blob ends here
//   SHADW_RETURN_IF_ERROR(store.Delete(id, token));
//
// Limits. A blob's bytes are not checked on the way out: shards carry their own tags.
// A store may lie, lose or keep what it should have deleted; nothing above trusts it.
#ifndef LIBSHADW_STORE_STORE_H_
#define LIBSHADW_STORE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libshadw/base/bytes.h"
#include "libshadw/base/units.h"

namespace shadw::store {

// Random, chosen by the store itself once; it survives moving the store and is never
// derived from its address or path.
using NodeId = base::ByteArray<32>;
using StorageId = base::ByteArray<32>;
using DeleteToken = base::ByteArray<32>;
using TokenHash = base::ByteArray<32>;

// A full-size shard is 4.2 MB; the rest is room for larger cells.
inline constexpr uint64_t kMaxBlobBytes = 64 * base::kMiB;
inline constexpr size_t kMaxListEntries = 10'000;
inline constexpr size_t kMaxStatIds = 4'096;

// What a store keeps in place of the token itself, so that reading a store's disk
// gives nobody the right to delete from it or from its siblings.
//   Promise  BLAKE2b-256, without key or prefix
TokenHash HashToken(const DeleteToken& token);

struct BlobStat {
  uint64_t bytes;
  TokenHash token_hash;

  friend bool operator==(const BlobStat&, const BlobStat&) = default;
};

// The first half of a put: what was handed over and has no name yet. It must not outlive
// its store.
class StagedBlob {
 public:
  // Of one that was not put nothing stays, unless the store does not stage.
  virtual ~StagedBlob() = default;

  // The second half, once. Where no Flush came since the first, it syncs the bytes itself.
  //   Errors, Promise  as Store::Put
  virtual absl::Status Put() = 0;
};

// Every method of every store may be called from several threads at once.
class Store {
 public:
  virtual ~Store() = default;

  virtual const NodeId& node_id() const = 0;

  // Keeps `bytes` under `id`. When it returns OK the bytes are on disk, whole; on any
  // error nothing of them is there. The name is durable after the next Flush.
  //   Shapes   bytes   0 to kMaxBlobBytes bytes
  //   Errors   kAlreadyExists      the id is taken, whatever it holds
  //            kResourceExhausted  the store is full
  //            kInvalidArgument    too many bytes
  //            kFailedPrecondition, kUnavailable   the medium refuses, the medium fails
  //   Promise  never overwrites; of several concurrent puts of one id exactly one wins
  virtual absl::Status Put(const StorageId& id, base::ByteSpan bytes,
                           const TokenHash& token_hash) = 0;

  // Put in two halves, so that many blobs share two flushes where each alone would wait for
  // the disk: stage all, Flush, put all, Flush. Begins to write the bytes and waits for
  // nothing; nobody sees them before StagedBlob::Put. A store that gains nothing by it does
  // not stage: it puts the blob at once, as this default does.
  //   Errors   as Put, as far as they can be told by now
  virtual bool stages() const { return false; }
  virtual absl::StatusOr<std::unique_ptr<StagedBlob>> Stage(const StorageId& id,
                                                            base::ByteSpan bytes,
                                                            const TokenHash& token_hash);

  // Reads bytes [offset, offset + out.size()) of the blob into `out`.
  //   Shapes   result  how many bytes were there: less than out.size() where the blob
  //                    ends, 0 at or past its end; the rest of `out` is untouched
  //   Errors   kNotFound     no such blob
  //            kUnavailable  the medium fails
  virtual absl::StatusOr<size_t> Get(const StorageId& id, uint64_t offset,
                                     base::MutableByteSpan out) const = 0;

  // Removes the blob, for whoever shows the token behind its hash.
  //   Errors   kPermissionDenied    another token, and nothing else: what it refuses is
  //                                 somebody else's blob
  //            kNotFound            no such blob
  //            kFailedPrecondition, kUnavailable   the medium refuses, the medium fails
  //   Secrets  the comparison takes the same time wherever the hashes differ
  virtual absl::Status Delete(const StorageId& id, const DeleteToken& token) = 0;

  // The ids that follow `after`, or the first ones, in ascending order.
  //   Shapes   result  at most min(limit, kMaxListEntries) ids; empty = the end
  //   Errors   kInvalidArgument  limit is 0
  //   Promise  paging meets every blob that was there the whole time exactly once
  virtual absl::StatusOr<std::vector<StorageId>> List(std::optional<StorageId> after,
                                                      size_t limit) const = 0;

  // One answer per id, in order: nothing where there is no such blob.
  //   Errors   kInvalidArgument  more than kMaxStatIds ids
  virtual absl::StatusOr<std::vector<std::optional<BlobStat>>> StatMany(
      std::span<const StorageId> ids) const = 0;

  // Makes every name put or deleted through this object durable and brings the bytes of
  // what is staged to disk, including by other threads whose calls had returned.
  //   Errors   kUnavailable, kResourceExhausted  the medium fails; a later Flush retries
  //   Cost     one sync of the medium, none where nothing has changed
  virtual absl::Status Flush() = 0;
};

}  // namespace shadw::store

#endif  // LIBSHADW_STORE_STORE_H_
