// SPDX-License-Identifier: Apache-2.0
// Hands out rights to one object: to read it, and to keep it whole without reading it.
#include <algorithm>
#include <cstdio>

#include "libshadw/base/system_clock.h"
#include "libshadw/crypto/random.h"
#include "libshadw/shard/capability.h"
#include "libshadw/store/memory_store.h"
#include "libshadw/vault/vault.h"

using namespace shadw;

namespace {

vault::SharedObject Open(const vault::Options& options, const std::string& capability) {
  return vault::SharedObject::Open(options, shard::DecodeCapability(capability).value()).value();
}

}  // namespace

int main() {
  const base::SystemClock clock;
  crypto::SystemRandom random;
  vault::Options options{.clock = &clock, .random = &random, .code = {4, 2}};
  for (int node = 0; node < 6; ++node) {
    options.stores.push_back(store::MemoryStore::Create({.node_id = random.Array<32>()}));
  }
  crypto::SecretKey seed = crypto::SecretKey::Zeroed();
  random.Fill(seed.mutable_bytes());
  auto owner =
      vault::Vault::Open(options, shard::VaultKeys::FromSeed(seed.bytes()).value()).value();

  base::ByteSpan rest = base::AsBytes("Only for you.");
  const auto source = [&](base::MutableByteSpan out) -> absl::StatusOr<size_t> {
    const size_t count = std::min(out.size(), rest.size());
    std::ranges::copy(rest.first(count), out.begin());
    rest = rest.subspan(count);
    return count;
  };
  owner.Put("letter", source, {.bound = true}).value();

  const std::string to_read = owner.Share("letter", shard::Right::kRead).value();
  const std::string to_repair = owner.Share("letter", shard::Right::kVerify).value();

  std::string text;
  const auto sink = [&](base::ByteSpan bytes) {
    text.append(base::AsText(bytes));
    return absl::OkStatus();
  };
  auto reader = Open(options, to_read);
  auto agent = Open(options, to_repair);
  const bool reads = reader.Get(sink).ok();
  const bool reader_rotates = reader.Rotate().ok();
  const bool agent_reads = agent.Get(sink).ok();
  const bool agent_rotates = agent.Rotate().ok();
  std::printf("the reader reads '%s' and may %srotate it\n", text.c_str(),
              reader_rotates ? "" : "not ");
  std::printf("the agent may %sread it and rotates it: %s\n", agent_reads ? "" : "not ",
              agent_rotates ? "yes" : "no");
  return reads && !reader_rotates && !agent_reads && agent_rotates ? 0 : 1;
}
