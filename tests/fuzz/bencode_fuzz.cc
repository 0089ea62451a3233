// SPDX-License-Identifier: Apache-2.0
//
// Hostile bencode. What is canonical can be skipped, and copied value by value into the
// same bytes; whatever can be copied is what Skip went past.
#include <cstdlib>

#include "libshadw/dht/krpc/bencode.h"

namespace shadw::dht::krpc {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// Reads one value with everything the reader has and writes it; false where it cannot:
// an integer over 64 bits, or too deep.
bool Copy(BencodeReader& in, BencodeWriter& out, int depth) {
  if (in.NextIsString()) {
    out.String(in.String());
    return in.ok();
  }
  if (in.NextIsInteger()) {
    const auto value = in.Integer();
    if (value) out.Integer(*value);
    return value.has_value();
  }
  if (depth == kMaxDepth) return false;
  const bool is_dict = in.OpenDict();
  if (!is_dict && !in.OpenList()) return false;
  out.Raw(is_dict ? "d" : "l");
  while (in.More()) {
    if (is_dict) out.String(in.String());
    if (!Copy(in, out, depth + 1)) return false;
  }
  out.Raw("e");
  return in.ok();
}

void Fuzz(base::ByteSpan bytes) {
  BencodeReader skipping(bytes);
  const base::ByteSpan skipped = skipping.Skip();
  Require(skipping.ok() == !skipped.empty());
  Require(skipped.size() + skipping.rest().size() == (skipping.ok() ? bytes.size() : 0));

  BencodeReader copying(bytes);
  base::Bytes buffer(bytes.size());
  BencodeWriter out(buffer);
  const bool copied = Copy(copying, out, 0);
  Require(!copied || out.ok());
  if (copied) {
    Require(skipping.ok() && base::AsText(out.written()) == base::AsText(skipped));
    Require(copying.rest().size() == skipping.rest().size());
  }
  if (CheckCanonical(bytes)) Require(skipping.ok() && skipped.size() == bytes.size());
}

}  // namespace
}  // namespace shadw::dht::krpc

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  shadw::dht::krpc::Fuzz({data, size});
  return 0;
}
