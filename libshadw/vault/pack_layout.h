// SPDX-License-Identifier: Apache-2.0
//
// How many records go into a pack, and where in it they stand.
//
// A shard has a power of two of cells, so a pack takes as many stripes: a full one 16 MiB
// at most, and the last ones of a batch as many as the rest fills. A record that is small
// against a stripe does not cross from one into the next, so that k cells suffice to read
// it whatever is lost.
#ifndef LIBSHADW_VAULT_PACK_LAYOUT_H_
#define LIBSHADW_VAULT_PACK_LAYOUT_H_

#include <span>
#include <vector>

#include "libshadw/erasure/code.h"
#include "libshadw/shard/pack.h"

namespace shadw::vault {

// Plaintext bytes of one stripe.
uint64_t PackStripeBytes(const erasure::Code& code);
// Stripes of a full pack: a power of two.
uint64_t FullPackStripes(const erasure::Code& code, uint64_t memory_budget_bytes);

// What a pack of so many bytes takes on all stores together.
uint64_t PackStoredBytes(uint64_t bytes, const erasure::Code& code);

struct PackLayout {
  std::vector<uint32_t> offsets;  // of the records that go in, in order
  uint64_t records_end = 0;       // where the index begins
  uint64_t bytes() const { return records_end + shard::PackIndexBytes(offsets.size()); }
};

// As many of the records, from the first on, as a pack of so many stripes takes: at least
// one, unless there are none.
PackLayout LayOutPack(std::span<const uint32_t> record_bytes, const erasure::Code& code,
                      uint64_t stripes);

// The same for the last packs of a batch, all of whose records are at hand: all of them,
// where the power of two above wastes an eighth at most, or as many as fill the one below.
PackLayout LayOutLastPack(std::span<const uint32_t> record_bytes, const erasure::Code& code,
                          uint64_t full_stripes);

}  // namespace shadw::vault

#endif  // LIBSHADW_VAULT_PACK_LAYOUT_H_
