// SPDX-License-Identifier: Apache-2.0
//
// Hostile files in a pile: changed copies of true shards, and anything else. Only an
// unchanged shard of the vault is found.
#include <algorithm>
#include <cstdlib>

#include "libshadw/base/coding.h"
#include "libshadw/crypto/random.h"
#include "libshadw/shard/scan.h"
#include "libshadw/shard/segment_sealer.h"

namespace shadw::shard {
namespace {

struct Pile {
  VaultKeys vault = VaultKeys::FromVaultKey(crypto::SecretKey::Zeroed());
  base::Bytes shard;
  ShardScanner scanner{vault};

  Pile() {
    crypto::SeededRandom random(1);
    auto sealer =
        SegmentSealer::Create({.code = {1, 1}, .cell_bytes = kSmallCellBytes, .max_stripes = 1})
            .value();
    const SegmentLabel label{.nodes = {NodeId{1}, NodeId{2}}};
    const base::Bytes plain(100, 'x');
    if (!sealer.Seal(vault.ForName("n", 0), label, {}, plain, {&random}).ok()) std::abort();
    shard = base::ToBytes(sealer.shard(0).first(kHeaderBytes));
  }
};

}  // namespace
}  // namespace shadw::shard

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static shadw::shard::Pile pile;
  shadw::base::ByteReader in({data, size});
  shadw::base::Bytes file = pile.shard;
  if (in.U8() % 2 == 0) {
    file = shadw::base::ToBytes(in.View(in.remaining()));
  } else {
    while (in.remaining() >= 3) {
      const uint16_t at = in.U16() % file.size();
      file[at] = in.U8();
    }
    if (in.remaining() == 2) file.resize(in.U16() % (2 * file.size()));
  }
  const bool unchanged = file.size() >= pile.shard.size() &&
                         std::equal(pile.shard.begin(), pile.shard.end(), file.begin());
  if (pile.scanner.Identify(file).has_value() != unchanged) std::abort();
  return 0;
}
