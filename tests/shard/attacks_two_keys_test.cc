// SPDX-License-Identifier: Apache-2.0
//
// Neither ChaCha20-Poly1305 nor AES-GCM commits to its key: this builds ciphertexts
// that open under two keys, and shows that the commitments beside them refuse the
// second one. Slow and simple arithmetic, good for a few thousand operations.
//   Source   Len, Grubbs, Ristenpart: "Partitioning Oracle Attacks", 2021; RFC 8439
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>

#include "libshadw/crypto/blake2b.h"
#include "libshadw/crypto/ed25519.h"
#include "libshadw/crypto/kdf.h"
#include "libshadw/crypto/xchacha20_poly1305.h"
#include "tests/shard/forging.h"

namespace shadw::shard {
namespace {

using crypto::SecretKey;

// Numbers below 2^192, little end first; those of the field are below p = 2^130 - 5.
struct Number {
  std::array<uint64_t, 3> limbs{};
  auto operator<=>(const Number& other) const {
    for (size_t i = 3; i-- > 0;) {
      if (limbs[i] != other.limbs[i]) return limbs[i] <=> other.limbs[i];
    }
    return std::strong_ordering::equal;
  }
  bool operator==(const Number&) const = default;
  bool Bit(int i) const { return (limbs[i / 64] >> i % 64 & 1) != 0; }
};

constexpr Number kPrime{{~uint64_t{4}, ~uint64_t{0}, 3}};

Number PlainAdd(const Number& a, const Number& b) {
  Number sum;
  unsigned __int128 carry = 0;
  for (size_t i = 0; i < 3; ++i) {
    carry += static_cast<unsigned __int128>(a.limbs[i]) + b.limbs[i];
    sum.limbs[i] = static_cast<uint64_t>(carry);
    carry >>= 64;
  }
  return sum;
}

Number PlainSubtract(const Number& a, const Number& b) {
  Number difference;
  uint64_t borrow = 0;
  for (size_t i = 0; i < 3; ++i) {
    const unsigned __int128 from = (static_cast<unsigned __int128>(1) << 64) + a.limbs[i];
    const unsigned __int128 rest = from - b.limbs[i] - borrow;
    difference.limbs[i] = static_cast<uint64_t>(rest);
    borrow = (rest >> 64) == 0 ? 1 : 0;
  }
  return difference;
}

Number Add(const Number& a, const Number& b) {
  const Number sum = PlainAdd(a, b);
  return sum < kPrime ? sum : PlainSubtract(sum, kPrime);
}

Number Subtract(const Number& a, const Number& b) { return Add(a, PlainSubtract(kPrime, b)); }

Number Multiply(const Number& a, const Number& b) {
  Number product;
  for (int i = 129; i >= 0; --i) {
    product = Add(product, product);
    if (b.Bit(i)) product = Add(product, a);
  }
  return product;
}

Number Power(Number base, const Number& exponent) {
  Number result{{1, 0, 0}};
  for (int i = 0; i < 130; ++i) {
    if (exponent.Bit(i)) result = Multiply(result, base);
    base = Multiply(base, base);
  }
  return result;
}

Number FromBytes(base::ByteSpan bytes) {
  Number number;
  for (size_t i = 0; i < bytes.size(); ++i) number.limbs[i / 8] |= uint64_t{bytes[i]} << i % 8 * 8;
  return number;
}

// The ChaCha20 permutation on a block of key, counter and nonce, without the final sum.
std::array<uint32_t, 16> Permuted(base::ByteSpan key, base::ByteSpan counter_and_nonce) {
  std::array<uint32_t, 16> s{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (size_t i = 0; i < 8; ++i) s[4 + i] = base::LoadLittleEndian<uint32_t>(key.data() + 4 * i);
  for (size_t i = 0; i < 4; ++i) {
    s[12 + i] = base::LoadLittleEndian<uint32_t>(counter_and_nonce.data() + 4 * i);
  }
  const auto quarter = [&s](int a, int b, int c, int d) {
    s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 7);
  };
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 4; ++i) quarter(i, i + 4, i + 8, i + 12);
    for (int i = 0; i < 4; ++i) quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  return s;
}

// The one-time key (r, s) of Poly1305 that XChaCha20-Poly1305 uses.
struct OneTimeKey {
  Number r, s;
};

OneTimeKey DeriveOneTimeKey(base::ByteSpan key, base::ByteSpan nonce) {
  const auto inner = Permuted(key, nonce.first(16));
  base::ByteArray<32> subkey;
  for (size_t i = 0; i < 4; ++i) {
    base::StoreLittleEndian(subkey.data() + 4 * i, inner[i]);
    base::StoreLittleEndian(subkey.data() + 16 + 4 * i, inner[12 + i]);
  }
  base::ByteArray<16> start{};
  std::ranges::copy(nonce.subspan(16), start.begin() + 8);
  auto block = Permuted(subkey, start);
  const std::array<uint32_t, 4> constants{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  base::ByteArray<32> out;
  for (size_t i = 0; i < 8; ++i) {
    const uint32_t input =
        i < 4 ? constants[i] : base::LoadLittleEndian<uint32_t>(subkey.data() + 4 * (i - 4));
    base::StoreLittleEndian(out.data() + 4 * i, block[i] + input);
  }
  for (size_t i : {3, 7, 11, 15}) out[i] &= 15;
  for (size_t i : {4, 8, 12}) out[i] &= 252;
  return {FromBytes(base::ByteSpan(out).first(16)), FromBytes(base::ByteSpan(out).last(16))};
}

// What Poly1305 runs over: associated data and ciphertext, padded, and their lengths.
base::Bytes MacInput(base::ByteSpan associated_data, base::ByteSpan ciphertext) {
  base::ByteWriter out;
  out.Raw(associated_data).Zeros((16 - associated_data.size() % 16) % 16);
  out.Raw(ciphertext).Zeros((16 - ciphertext.size() % 16) % 16);
  out.U64(associated_data.size()).U64(ciphertext.size());
  return std::move(out).Take();
}

// The polynomial at r, block `left_out` counted as zero.
Number Evaluate(base::ByteSpan input, const Number& r, size_t left_out) {
  Number value;
  for (size_t block = 0; block < input.size() / 16; ++block) {
    Number coefficient;
    if (block != left_out) {
      coefficient = FromBytes(input.subspan(16 * block, 16));
      coefficient.limbs[2] = 1;
    }
    value = Multiply(Add(value, coefficient), r);
  }
  return value;
}

// Changes 16 bytes of `ciphertext` at `free_at`, and one counter byte after them, so
// that one tag is right under both keys. Returns the tag.
std::optional<base::ByteArray<16>> Collide(const SecretKey& one, const SecretKey& two,
                                           base::ByteSpan nonce, base::ByteSpan associated_data,
                                           base::MutableByteSpan ciphertext, size_t free_at) {
  const OneTimeKey first = DeriveOneTimeKey(one.bytes(), nonce);
  const OneTimeKey second = DeriveOneTimeKey(two.bytes(), nonce);
  const size_t free_block = (associated_data.size() + 15) / 16 + free_at / 16;
  for (int counter = 0; counter < 256; ++counter) {
    ciphertext[free_at + 16] = static_cast<uint8_t>(counter);
    const base::Bytes input = MacInput(associated_data, ciphertext);
    const Number exponent{{input.size() / 16 - free_block, 0, 0}};
    const Number a = Evaluate(input, first.r, free_block);
    const Number b = Evaluate(input, second.r, free_block);
    const Number slope = Subtract(Power(first.r, exponent), Power(second.r, exponent));
    const Number gap = Add(Subtract(b, a), Subtract(second.s, first.s));
    const Number inverse = Power(slope, PlainSubtract(kPrime, {{2, 0, 0}}));
    const Number x = Multiply(gap, inverse);
    if (x.limbs[2] != 1) continue;  // a full block has exactly that bit above its 16 bytes
    base::StoreLittleEndian(ciphertext.data() + free_at, x.limbs[0]);
    base::StoreLittleEndian(ciphertext.data() + free_at + 8, x.limbs[1]);
    const Number value = Add(a, Multiply(x, Power(first.r, exponent)));
    const Number other = Add(b, Multiply(x, Power(second.r, exponent)));
    const Number tag = PlainAdd(value, first.s);
    const Number other_tag = PlainAdd(other, second.s);
    // The sums are taken mod 2^128; where one wrapped around p, they differ.
    if (tag.limbs[0] != other_tag.limbs[0] || tag.limbs[1] != other_tag.limbs[1]) continue;
    base::ByteArray<16> bytes;
    base::StoreLittleEndian(bytes.data(), tag.limbs[0]);
    base::StoreLittleEndian(bytes.data() + 8, tag.limbs[1]);
    return bytes;
  }
  return std::nullopt;
}

TEST(Attack, ACiphertextCraftedToOpenUnderTwoKeys) {
  const ObjectKeys keys = TestKeys();
  const ObjectKeys second =
      ObjectKeys::ForAuditor(keys.id(), SecretKey::CopyOf(crypto::SeededRandom(3).Array<32>()));
  base::Bytes header = SealSegment(keys, RandomBytes(5'000, 1), {.code = {2, 1}})[0];
  header.resize(kHeaderBytes);
  const base::MutableByteSpan bytes(header);
  base::ByteWriter associated_data;
  associated_data.Raw(bytes.first(104)).Raw(keys.id());
  // The free bytes lie in box V, of which an auditor sees noise anyway.
  const auto tag = Collide(keys.audit_key(), second.audit_key(), bytes.first(24),
                           associated_data.bytes(), bytes.subspan(104, 904), 512);
  ASSERT_TRUE(tag.has_value());
  std::ranges::copy(*tag, header.end() - 16);

  base::Bytes plain(904);
  for (const ObjectKeys* holder : {&keys, &second}) {
    ASSERT_TRUE(crypto::XChaCha20Poly1305Open(
        holder->audit_key().bytes(), base::ByteSpan(header).first<24>(), associated_data.bytes(),
        base::ByteSpan(header).subspan(104), plain));
  }
  // To the first key it is a header, as it would be to a second one whose fields the
  // attacker could choose; the commitment admits only one.
  EXPECT_TRUE(OpenHeader(header, keys, OpenTo::kAudit).ok());
  EXPECT_EQ(OpenHeader(header, second, OpenTo::kAudit).status(), AuthenticationError());
  EXPECT_TRUE(CommitsTo(header, keys.audit_key()));
  EXPECT_FALSE(CommitsTo(header, second.audit_key()));
}

// Elements of GF(2^128) as GCM orders them: bit 0 is the top bit of the first byte.
struct Element {
  uint64_t high = 0;
  uint64_t low = 0;
  Element operator^(const Element& other) const { return {high ^ other.high, low ^ other.low}; }
  bool operator==(const Element&) const = default;
};

Element LoadElement(base::ByteSpan bytes) {
  Element element;
  for (size_t i = 0; i < 8; ++i) {
    element.high = element.high << 8 | (i < bytes.size() ? bytes[i] : 0);
    element.low = element.low << 8 | (i + 8 < bytes.size() ? bytes[i + 8] : 0);
  }
  return element;
}

base::ByteArray<16> StoreElement(const Element& element) {
  base::ByteArray<16> bytes;
  for (size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<uint8_t>(element.high >> (56 - 8 * i));
    bytes[i + 8] = static_cast<uint8_t>(element.low >> (56 - 8 * i));
  }
  return bytes;
}

Element operator*(const Element& a, Element b) {
  Element product;
  for (int i = 0; i < 128; ++i) {
    const uint64_t bit = i < 64 ? a.high >> (63 - i) & 1 : a.low >> (127 - i) & 1;
    if (bit != 0) product = product ^ b;
    const bool carry = (b.low & 1) != 0;
    b = {b.high >> 1, b.low >> 1 | b.high << 63};
    if (carry) b.high ^= 0xe1ull << 56;
  }
  return product;
}

// a^(2^128 - 2), the inverse.
Element Inverse(const Element& a) {
  Element result{1ull << 63, 0};
  Element power = a;
  for (int i = 1; i < 128; ++i) {
    power = power * power;
    result = result * power;
  }
  return result;
}

// What GCM adds to the hash, and the hash's key, read off two tags of empty messages.
struct GcmSecrets {
  Element mask, hash_key;
};

GcmSecrets Secrets(crypto::AesGcm& gcm, const CellNonce& nonce) {
  base::ByteArray<16> tag;
  gcm.Seal(nonce, {}, {}, tag);
  const Element mask = LoadElement(tag);
  gcm.Seal(nonce, base::Bytes(16), {}, tag);
  return {mask, (LoadElement(tag) ^ mask) * Inverse({128, 0})};
}

// Everything that goes into the tag except block `left_out`.
Element TagWithout(const GcmSecrets& secrets, base::ByteSpan ciphertext, size_t left_out) {
  Element hash;
  for (size_t block = 0; block < ciphertext.size() / 16; ++block) {
    if (block != left_out) hash = hash ^ LoadElement(ciphertext.subspan(16 * block, 16));
    hash = hash * secrets.hash_key;
  }
  hash = (hash ^ Element{0, 8 * ciphertext.size()}) * secrets.hash_key;
  return hash ^ secrets.mask;
}

Element PowerOf(const Element& base, size_t exponent) {
  Element result = base;
  for (size_t i = 1; i < exponent; ++i) result = result * base;
  return result;
}

// A cell that opens under both content keys.
base::Bytes CellForTwo(const SecretKey& one, const SecretKey& two, const CellNonce& nonce) {
  crypto::AesGcm first(one.bytes());
  crypto::AesGcm second(two.bytes());
  base::Bytes cell = RandomBytes(kSmallCellBytes, 9);
  const base::MutableByteSpan ciphertext = base::MutableByteSpan(cell).first(4080);
  const size_t blocks = ciphertext.size() / 16;
  const size_t free_block = 100;
  const GcmSecrets a = Secrets(first, nonce);
  const GcmSecrets b = Secrets(second, nonce);
  const size_t exponent = blocks - free_block + 1;
  const Element slope = PowerOf(a.hash_key, exponent) ^ PowerOf(b.hash_key, exponent);
  const Element gap = TagWithout(a, ciphertext, free_block) ^ TagWithout(b, ciphertext, free_block);
  const Element x = gap * Inverse(slope);
  std::ranges::copy(StoreElement(x), ciphertext.begin() + 16 * free_block);
  const Element tag = TagWithout(a, ciphertext, free_block) ^ (x * PowerOf(a.hash_key, exponent));
  std::ranges::copy(StoreElement(tag), cell.end() - 16);
  return cell;
}

// An uploader makes a cell that opens under two content keys, and would hand one reader
// a box R with the first and another reader a box R with the second.
TEST(Attack, ACellCraftedToOpenUnderTwoContentKeys) {
  const ObjectKeys keys = TestKeys();
  base::Bytes shard = SealSegment(keys, RandomBytes(4080, 1), {.code = {1, 0}})[0];
  const Header header = OpenHeader(shard, keys, OpenTo::kRead).value();
  const SecretKey& one = *header.read->content_key;
  const auto two =
      std::make_shared<const SecretKey>(SecretKey::CopyOf(crypto::SeededRandom(8).Array<32>()));
  const CellNonce nonce = ChunkNonce(0, true);
  const base::Bytes cell = CellForTwo(one, *two, nonce);
  base::Bytes first_plain(4080);
  base::Bytes second_plain(4080);
  ASSERT_TRUE(crypto::AesGcm(one.bytes()).Open(nonce, {}, cell, first_plain));
  ASSERT_TRUE(crypto::AesGcm(two->bytes()).Open(nonce, {}, cell, second_plain));
  ASSERT_NE(first_plain, second_plain);
  ForgeInnerCell(keys, shard, 0, cell);
  EXPECT_EQ(ReadSegment(keys, {shard}).bytes, first_plain);

  // The second box R, truly signed, beside the commitment to the first key.
  crypto::SeededRandom random(1);
  ReadBox other = *header.read;
  other.content_key = two;
  Header forged = OpenHeader(shard, keys, OpenTo::kRead).value();
  forged.sealed_read = SealReadBox(keys, header.audit.version, 0, other, {&random}).value();
  forged.verify->read_box_hash = crypto::Blake2b256({}, {forged.sealed_read});
  const crypto::Ed25519Signer signer(crypto::Kdf(*keys.write_key(), "sign").bytes());
  forged.verify->signature = signer.Sign(SignedMessage(keys.id(), forged.audit, *forged.verify));
  const auto bytes =
      SealHeader(keys, forged.nonce, forged.audit, *forged.verify, forged.sealed_read, {});
  EXPECT_TRUE(OpenHeader(bytes, keys, OpenTo::kVerify).ok());
  EXPECT_EQ(OpenHeader(bytes, keys, OpenTo::kRead).status(), AuthenticationError());
}

}  // namespace
}  // namespace shadw::shard
