// SPDX-License-Identifier: Apache-2.0
//
// What one thread reads a segment with: it opens the chunks of a window of stripes as
// long as every tag holds or can be made to by rebuilding. Whose cells they are where
// one does not is the segment reader's business.
//
//   WindowReader reader(std::move(assembler), content_key, chunks);
//   reader.Begin(window);
//   for (uint32_t chunk = window.first_chunk; chunk <= window.last_chunk; ++chunk)
//     reader.Open(chunk, plain);
//
// A cell is unwrapped right before it is opened, while it is in cache.
#ifndef LIBSHADW_SHARD_WINDOW_READER_H_
#define LIBSHADW_SHARD_WINDOW_READER_H_

#include <vector>

#include "libshadw/crypto/hash.h"
#include "libshadw/shard/stripe_assembler.h"

namespace shadw::shard {

// Chunks that are fetched together: a few whole stripes, or a part of one.
struct Window {
  uint32_t first_chunk = 0;
  uint32_t last_chunk = 0;
};

// Cuts chunks [first, last] of a segment of `chunks` into windows of at most
// `max_stripes`. A stripe of which only a part is wanted stands alone, so that the
// columns of its neighbours are not fetched for it.
std::vector<Window> CutWindows(uint32_t first, uint32_t last, uint32_t chunks, uint16_t data_shards,
                               uint32_t max_stripes);

class WindowReader {
 public:
  WindowReader(StripeAssembler assembler, const crypto::SecretKey& content_key, uint32_t chunks);

  StripeAssembler& assembler() { return assembler_; }
  const StripeAssembler& assembler() const { return assembler_; }

  // Opens the inner layer of one cell. False where its tag does not hold.
  bool OpenCell(uint32_t chunk, base::ByteSpan cell, base::MutableByteSpan plain);

  // Chunks of the window are then opened in ascending order. With `hashes`, one for every
  // chunk of the segment, the cells are hashed on the way, and the last ones by HashOpened.
  void Begin(const Window& window, std::vector<Hash>* hashes);
  // Brings the chunk's cell and opens it.
  //   Errors   kFailedPrecondition  fewer than k cells of the stripe hold
  //            kDataLoss            the cell is there and does not open: it was forged
  absl::Status Open(uint32_t chunk, base::MutableByteSpan plain);
  // Whatever cells were opened, in this window and before, and not hashed yet.
  void HashOpened();
  // Instead, where their hashes are not wanted any more.
  void ForgetOpened() { leaves_.clear(); }

 private:
  uint32_t StripeOf(uint32_t chunk) const { return chunk / assembler_.geometry().code.data_shards; }
  void BeginStripe(uint32_t stripe);
  void AddLeaf(uint32_t chunk);

  StripeAssembler assembler_;
  crypto::AesGcm content_;
  crypto::LeafHasher hasher_;
  uint32_t chunks_;
  Window window_;
  std::vector<Hash>* hashes_ = nullptr;
  uint32_t stripe_ = 0;  // of the window
  std::vector<uint16_t> wanted_;
  std::vector<crypto::LeafHasher::Leaf> leaves_;  // opened and not hashed yet
  uint32_t leaves_from_ = 0;                      // the stripe of the first
};

}  // namespace shadw::shard

#endif  // LIBSHADW_SHARD_WINDOW_READER_H_
