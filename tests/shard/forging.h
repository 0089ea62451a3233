// SPDX-License-Identifier: Apache-2.0
//
// What holders of keys can do to shards they should leave alone: for the tests that
// show how far it gets them.
#ifndef TESTS_SHARD_FORGING_H_
#define TESTS_SHARD_FORGING_H_

#include "tests/shard/test_segment.h"

namespace shadw::shard {

// Whoever holds K_verify can make a header that agrees with the cells: body MAC and body
// root are computed anew, under the same nonce. `keys` are a writer's only because the
// bytes before box A, which a forger copies, are made again too.
void SealBodyAgain(const ObjectKeys& keys, base::Bytes& shard);

// Whoever holds K_read can put other plaintext into a chunk, under the segment's own
// content key.
void ForgeChunk(const ObjectKeys& keys, base::Bytes& shard, uint32_t cell, base::ByteSpan plain);

// Replaces one inner cell and makes everything below the inner tag agree.
void ForgeInnerCell(const ObjectKeys& keys, base::Bytes& shard, uint32_t cell,
                    base::ByteSpan inner);

}  // namespace shadw::shard

#endif  // TESTS_SHARD_FORGING_H_
