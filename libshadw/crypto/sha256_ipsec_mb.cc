// SPDX-License-Identifier: Apache-2.0
#include "libshadw/crypto/invariant.h"
#include "libshadw/crypto/ipsec_mb.h"
#include "libshadw/crypto/sha256_lanes.h"

namespace shadw::crypto {
namespace {

constexpr size_t kWideLanes = 16;
// Fewer leaves than this are done sooner by twos: an idle lane costs as much as a busy one.
constexpr size_t kWideFrom = 12;
// Jobs cost some 0.3 us a call before they gain: it takes one long leaf or some short ones.
constexpr size_t kLongLeafBytes = 1024;
constexpr size_t kManyLeaves = 6;
// What the library accepts as one job.
constexpr size_t kMaxJobBytes = (size_t{1} << 16) - 2;

// The managers of a thread, empty between calls. One for each object would be many: a
// segment of 80 shards has 80 hashers.
struct Lanes {
  IpsecMbManager pairs;
  IpsecMbManager wide;
};

Lanes& LanesOfThisThread(const IpsecMb& library) {
  thread_local Lanes lanes = {library.pairs ? NewIpsecMbManager(init_mb_mgr_avx2) : nullptr,
                              library.wide ? NewIpsecMbManager(init_mb_mgr_avx512) : nullptr};
  return lanes;
}

void Collect(const IMB_JOB* job, size_t& collected) {
  Require(job->status == IMB_STATUS_COMPLETED);
  ++collected;
}

// `leaf_at(i)` is leaf i of `count`, all of `leaf_bytes`.
template <typename LeafAt>
void HashAll(IMB_MGR* manager, size_t count, size_t leaf_bytes, LeafAt leaf_at) {
  size_t collected = 0;
  for (size_t i = 0; i < count; ++i) {
    const LeafHasher::Leaf leaf = leaf_at(i);
    IMB_JOB* job = IMB_GET_NEXT_JOB(manager);
    job->cipher_mode = IMB_CIPHER_NULL;
    job->cipher_direction = IMB_DIR_ENCRYPT;
    job->chain_order = IMB_ORDER_HASH_CIPHER;
    job->hash_alg = IMB_AUTH_SHA_256;
    job->src = leaf.bytes.data();
    job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_hash_in_bytes = leaf_bytes;
    job->auth_tag_output = leaf.hash->data();
    job->auth_tag_output_len_in_bytes = leaf.hash->size();
    job = IMB_SUBMIT_JOB_NOCHECK(manager);
    for (; job != nullptr; job = IMB_GET_COMPLETED_JOB(manager)) Collect(job, collected);
  }
  while (const IMB_JOB* const job = IMB_FLUSH_JOB(manager)) Collect(job, collected);
  Require(collected == count);
}

template <typename LeafAt>
size_t HashFront(size_t count, size_t leaf_bytes, LeafAt leaf_at) {
  const size_t worthwhile = leaf_bytes < kLongLeafBytes ? kManyLeaves : 2;
  if (count < worthwhile || leaf_bytes > kMaxJobBytes) return 0;
  const IpsecMb* const library = FindIpsecMb();
  if (library == nullptr) return 0;
  const Lanes& lanes = LanesOfThisThread(*library);
  size_t done = 0;
  if (lanes.wide != nullptr) {
    const size_t rest = count % kWideLanes;
    done = rest >= kWideFrom ? count : count - rest;
    HashAll(lanes.wide.get(), done, leaf_bytes, leaf_at);
  }
  if (lanes.pairs != nullptr && count - done >= worthwhile) {
    const size_t paired = (count - done) / 2 * 2;
    HashAll(lanes.pairs.get(), paired, leaf_bytes, [&](size_t i) { return leaf_at(done + i); });
    done += paired;
  }
  return done;
}

}  // namespace

size_t HashInLanes(base::ByteSpan data, size_t leaf_bytes, base::ByteArray<32>* out) {
  return HashFront(data.size() / leaf_bytes, leaf_bytes, [&](size_t i) {
    return LeafHasher::Leaf{data.subspan(i * leaf_bytes, leaf_bytes), out + i};
  });
}

size_t HashInLanes(std::span<const LeafHasher::Leaf> leaves) {
  if (leaves.empty()) return 0;
  return HashFront(leaves.size(), leaves.front().bytes.size(), [&](size_t i) { return leaves[i]; });
}

}  // namespace shadw::crypto
