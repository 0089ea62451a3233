// SPDX-License-Identifier: Apache-2.0
#include "tests/shard/golden_vectors.h"

#include <nlohmann/json.hpp>

#include "libshadw/crypto/hash.h"
#include "libshadw/shard/capability.h"
#include "libshadw/shard/compression.h"
#include "libshadw/shard/head.h"
#include "libshadw/shard/pack.h"
#include "libshadw/shard/rewrap.h"
#include "tests/shard/test_segment.h"

namespace shadw::shard {
namespace {

using Json = nlohmann::ordered_json;

std::string Hex(base::ByteSpan bytes) { return base::ToHex(bytes); }

Json KeysOf(const ObjectKeys& keys) {
  return {{"id", Hex(keys.id())},
          {"write", Hex(keys.write_key()->bytes())},
          {"read", Hex(keys.read_key()->bytes())},
          {"verify", Hex(keys.verify_key()->bytes())},
          {"audit", Hex(keys.audit_key().bytes())},
          {"delete", Hex(keys.delete_key()->bytes())},
          {"locate", Hex(keys.locate_key().bytes())},
          {"capabilities",
           {{"read", EncodeCapability(keys, Right::kRead).value()},
            {"verify", EncodeCapability(keys, Right::kVerify).value()},
            {"audit", EncodeCapability(keys, Right::kAudit).value()}}}};
}

Json Address(const ShardAddress& address) {
  return {{"version", Hex(address.version)}, {"segment", address.segment},
          {"index", address.index},          {"copy", address.copy},
          {"node", Hex(address.node)},       {"epoch", address.epoch}};
}

// Seed -> vault -> object -> places.
Json KeyVectors() {
  Json vaults = Json::array();
  for (const VaultPath& path : {VaultPath{}, VaultPath{1, 2, 3}}) {
    const base::Bytes seed = RandomBytes(32, 100 + path.vault);
    const VaultKeys vault = VaultKeys::FromSeed(seed, path).value();
    Json entry = {{"seed", Hex(seed)},
                  {"network", path.network},
                  {"vault", path.vault},
                  {"purpose", path.purpose},
                  {"match", Hex(vault.match_key().bytes())},
                  {"intent_salt", Hex(vault.IntentSalt())},
                  {"root_page_salt", Hex(vault.PageSalt(0, {}))},
                  {"page_salt_1_0a", Hex(vault.PageSalt(1, base::Bytes{0x0a}))}};
    for (const auto& [name, generation] :
         std::vector<std::pair<std::string, uint32_t>>{{"notes.txt", 0}, {"é/ü", 5}}) {
      const ObjectKeys keys = vault.ForName(name, generation);
      const ShardAddress address{TestVersion(9), 3, 1, 2, TestNode(4), 1700};
      const HeaderNonce nonce = crypto::SeededRandom(5).Array<24>();
      const StorageId id = keys.ShardStorageId(address);
      entry["objects"].push_back({{"name", name},
                                  {"generation", generation},
                                  {"salt", Hex(vault.NameSalt(name))},
                                  {"bucket", Hex(vault.NameBucket(name))},
                                  {"path_tag", Hex(vault.PathTag(name))},
                                  {"keys", KeysOf(keys)},
                                  {"address", Address(address)},
                                  {"storage_id", Hex(id)},
                                  {"delete_token", Hex(keys.TokenFor(address.node, id))},
                                  {"header_nonce", Hex(nonce)},
                                  {"outer_key", Hex(keys.OuterKey(address, nonce).bytes())},
                                  {"body_mac_key", Hex(keys.BodyMacKey(nonce).bytes())},
                                  {"head_sequence", 6},
                                  {"head_storage_id", Hex(keys.HeadStorageId(6, address.node))}});
    }
    vaults.push_back(entry);
  }
  Json kept;
  for (uint64_t newest : {1, 2, 3, 7, 8, 100, 1000}) {
    kept[std::to_string(newest)] = KeptSequences(newest);
  }
  return {{"vaults", vaults}, {"kept_sequences", kept}};
}

struct Case {
  std::string name;
  SealOptions options;
  size_t plain_bytes = 0;
  uint8_t codec = 0;
  bool all_bytes = true;  // of the shards; otherwise their hashes and headers
  Metadata metadata{};
};

Json ShardVector(base::ByteSpan shard, const ObjectKeys& keys, const Hash& public_root,
                 bool all_bytes) {
  const Header header = OpenHeader(shard, keys, OpenTo::kRead).value();
  return {{"address", Address(header.audit.address())},
          {"storage_id", Hex(keys.ShardStorageId(header.audit.address()))},
          {"public_root", Hex(public_root)},
          {"sha256", Hex(crypto::Sha256(shard))},
          {all_bytes ? "bytes" : "header", Hex(all_bytes ? shard : shard.first(kHeaderBytes))}};
}

// One frame that is stored: compressed frames are not equal in every release of zstd.
base::Bytes OneStoredFrame(base::ByteSpan plain) {
  base::Bytes room(plain.size() + FrameTableBytes(plain.size()));
  FramePacker packer(room);
  packer.Add(plain);
  return base::ToBytes(packer.Finish());
}

Json SegmentVector(const Case& c) {
  const ObjectKeys keys = TestVault(100).ForName(c.metadata.name, 0);
  const base::Bytes object = RandomBytes(c.plain_bytes, 7);
  const base::Bytes plain = c.codec == 0 ? object : OneStoredFrame(object);
  crypto::SeededRandom random(c.options.seed);
  SegmentLabel label{.flags = c.options.flags,
                     .sequence = 3,
                     .version = TestVersion(1),
                     .segment = 0,
                     .segment_count = 1,
                     .epoch = 1621,
                     .time_ns = 1'700'000'000'123'456'789,
                     .attempt = 2};
  for (uint16_t j = 0; j < c.options.code.total_shards(); ++j) label.nodes.push_back(TestNode(j));
  const ReadBox read{.object_bytes = object.size(),
                     .mtime_ns = 1'600'000'000'000'000'001,
                     .path_tag = TestVault(100).PathTag(c.metadata.name),
                     .previous_sequence = 2,
                     .codec = c.codec,
                     .metadata = EncodeMetadata(c.metadata).value()};
  auto sealer = SegmentSealer::Create(GeometryOf(c.options)).value();
  if (!sealer.Seal(keys, label, read, plain, {&random}).ok()) return {};
  Json shards = Json::array();
  for (uint16_t j = 0; j < label.nodes.size(); ++j) {
    shards.push_back(ShardVector(sealer.shard(j), keys, sealer.public_root(j), c.all_bytes));
  }
  const Header header = OpenHeader(sealer.shard(0), keys, OpenTo::kRead).value();
  return {{"case", c.name},
          {"vault_seed", Hex(crypto::SeededRandom(100).Array<32>())},
          {"name", c.metadata.name},
          {"generation", 0},
          {"k", c.options.code.data_shards},
          {"n", c.options.code.total_shards()},
          {"cell_bytes", c.options.cell_bytes},
          {"flags", c.options.flags},
          {"sequence", 3},
          {"mode", c.metadata.mode.value_or(0)},
          {"object_bytes", object.size()},
          {"object_sha256", Hex(crypto::Sha256(object))},
          {"content_root", Hex(header.verify->content_root)},
          {"shards", shards}};
}

// Shard 1 of the first case with parity, moved to another node and epoch.
Json RotatedVector(const Case& c) {
  const ObjectKeys keys = TestVault(100).ForName(c.metadata.name, 0);
  const Json segment = SegmentVector(c);
  Shards shards;
  for (const Json& shard : segment["shards"]) {
    shards.push_back(base::FromHex(shard["bytes"].get<std::string>()).value());
  }
  crypto::SeededRandom random(77);
  MemoryCells source(shards, c.options.cell_bytes);
  const Header old = OpenHeader(shards[1], keys, OpenTo::kVerify).value();
  const RewrapTarget target{1, 0, TestNode(40), 1622, &old};
  const auto rotated = RewrapShards(keys, {&old, 1}, &source, {&target, 1}, {&random}).value();
  return {{"of_case", c.name},
          {"shard", ShardVector(rotated[0].bytes.span(), keys, rotated[0].public_root, true)}};
}

Json HeadVectors() {
  const VaultKeys vault = TestVault(100);
  crypto::SeededRandom random(55);
  Json heads = Json::array();
  Hash previous{};
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    const ObjectKeys keys = vault.ForName("tiny", 0);
    const HeadLabel label{
        .flags = static_cast<uint8_t>(sequence == 3 ? kFlagHead | kFlagTombstone : kFlagHead),
        .sequence = sequence,
        .version = TestVersion(sequence),
        .segment_count = sequence == 3 ? 0u : 1u,
        .code = {2, 1},
        .cell_bytes = kSmallCellBytes,
        .epoch = 1621,
        .time_ns = 1'700'000'000'000'000'000,
        .sealed_bytes = 8192 * (3 - sequence),
        .previous_hash = previous};
    const ReadBox read{.object_bytes = 100 * sequence,
                       .previous_sequence = sequence - 1,
                       .metadata = EncodeMetadata({.name = "tiny"}).value()};
    const auto sealer = HeadSealer::Create(keys, label, read, {&random}).value();
    const auto bytes = sealer.ForNode(TestNode(8), 1);
    const Header header = OpenHeader(bytes, keys, OpenTo::kRead).value();
    previous = HeadHash(keys.id(), header);
    heads.push_back({{"name", "tiny"},
                     {"sequence", sequence},
                     {"node", Hex(TestNode(8))},
                     {"storage_id", Hex(keys.HeadStorageId(sequence, TestNode(8)))},
                     {"tombstone", sequence == 3},
                     {"object_bytes", 100 * sequence},
                     {"head_hash", Hex(previous)},
                     {"header", Hex(bytes)}});
  }
  return heads;
}

Json IntentVector() {
  const VaultKeys vault = TestVault(100);
  const ObjectKeys keys = vault.ForSalt(vault.IntentSalt(), 0);
  const IntentRecord record{TestNode(60), 1, 9, TestVersion(61), 1'700'000'600'000'000'000, 1621};
  crypto::SeededRandom random(56);
  const auto sealer =
      HeadSealer::Create(keys, {.flags = kFlagIntent, .sequence = 5, .code = {2, 1}, .epoch = 1621},
                         {.metadata = EncodeMetadata({.intent = record}).value()}, {&random})
          .value();
  return {{"slot", 5},
          {"node", Hex(TestNode(8))},
          {"storage_id", Hex(keys.HeadStorageId(5, TestNode(8)))},
          {"object", Hex(record.object)},
          {"generation", 1},
          {"sequence", 9},
          {"version", Hex(record.version)},
          {"lease_end_ns", record.lease_end_ns},
          {"epoch", record.epoch},
          {"header", Hex(sealer.ForNode(TestNode(8), 0))}};
}

// Members of every kind, and the plaintext of the pack that holds them.
Json PackVector() {
  const VaultKeys vault = TestVault();
  const ObjectSalt salt = crypto::SeededRandom(31).Array<16>();
  const ObjectKeys keys = vault.ForSalt(salt, 0);
  crypto::SeededRandom random(32);
  Json members = Json::array();
  std::vector<RecordExtent> extents;
  base::Bytes pack;
  for (const auto& [name, kind, bytes] : std::vector<std::tuple<std::string, ObjectKind, size_t>>{
           {"folder/é", ObjectKind::kFile, 300},
           {"folder", ObjectKind::kDirectory, 0},
           {"folder/link", ObjectKind::kSymlink, 5}}) {
    Member member{.metadata = {.name = name, .mode = 0640, .kind = kind},
                  .mtime_ns = -1'000'000'007,
                  .put_time_ns = 1'800'000'000'000'000'009,
                  .content = RandomBytes(bytes, 33)};
    const RecordId id = random.Array<16>();
    const crypto::SecretKey key = vault.MemberKey(id);
    const base::Bytes record = MemberSealer().Seal(id, key, member, false, {&random}).value();
    extents.push_back(
        {id, static_cast<uint32_t>(pack.size()), static_cast<uint32_t>(record.size())});
    pack.insert(pack.end(), record.begin(), record.end());
    pack.resize(pack.size() + 3);  // a gap
    members.push_back({{"name", name},
                       {"kind", static_cast<int>(kind)},
                       {"mode", 0640},
                       {"mtime_ns", member.mtime_ns},
                       {"put_time_ns", member.put_time_ns},
                       {"record", Hex(id)},
                       {"key", Hex(key.bytes())},
                       {"content", Hex(member.content)},
                       {"capability", EncodeMemberCapability({keys, id, key.Clone()}).value()}});
  }
  const base::Bytes index = EncodePackIndex(extents);
  pack.insert(pack.end(), index.begin(), index.end());
  return {{"vault_seed", Hex(RandomBytes(32, 1))},
          {"salt", Hex(salt)},
          {"dead_list_salt", Hex(vault.DeadListSalt(salt))},
          {"pack", Hex(pack)},
          {"members", members}};
}

std::vector<Case> Cases() {
  const auto flags = [](int bits) { return static_cast<uint8_t>(bits); };
  return {{.name = "empty",
           .options = {.code = {1, 0}, .flags = kFlagLast, .seed = 21},
           .metadata = {.name = "empty"}},
          {.name = "tiny",
           .options = {.code = {2, 1}, .flags = kFlagLast, .seed = 22},
           .plain_bytes = 5000,
           .metadata = {.name = "tiny", .mode = 0640}},
          {.name = "bound and private, with padding cells",
           .options = {.code = {2, 2},
                       .flags = flags(kFlagLast | kFlagBound | kFlagPrivate),
                       .seed = 23},
           .plain_bytes = 4080 * 4 + 1,
           .metadata = {.name = "bound"}},
          {.name = "one stored frame",
           .options = {.code = {1, 1}, .flags = kFlagLast, .seed = 24},
           .plain_bytes = 3000,
           .codec = 1,
           .metadata = {.name = "framed", .extent = SegmentExtent{0, 3000}}},
          {.name = "large cells",
           .options = {.code = {2, 1},
                       .cell_bytes = kCellBytes,
                       .flags = flags(kFlagLast | kFlagBound),
                       .seed = 25},
           .plain_bytes = 100'000,
           .all_bytes = false,
           .metadata = {.name = "large"}}};
}

}  // namespace

std::map<std::string, std::string> GoldenVectors() {
  Json segments = Json::array();
  for (const Case& c : Cases()) segments.push_back(SegmentVector(c));
  return {
      {"keys.json", KeyVectors().dump(1) + "\n"},
      {"segments.json", segments.dump(1) + "\n"},
      {"packs.json", PackVector().dump(1) + "\n"},
      {"rotated.json", RotatedVector(Cases()[1]).dump(1) + "\n"},
      {"heads.json", Json{{"heads", HeadVectors()}, {"intent", IntentVector()}}.dump(1) + "\n"}};
}

}  // namespace shadw::shard
