// SPDX-License-Identifier: Apache-2.0
//
// A page of the catalogue from any bytes: an error or a page, and a page that is written
// again reads the same.
#include <cstdlib>

#include "libshadw/vault/page.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<shadw::vault::Page> page = shadw::vault::DecodePage({data, size});
  if (!page.ok()) return 0;
  if (page->entries.size() > size || page->depth > shadw::vault::kMaxPageDepth) std::abort();
  const shadw::base::Bytes again = shadw::vault::EncodePage(*page);
  // Extensions of a later version are left out, nothing is added.
  if (again.size() > size) std::abort();
  const absl::StatusOr<shadw::vault::Page> twin = shadw::vault::DecodePage(again);
  if (!twin.ok() || !(*twin == *page)) std::abort();
  return 0;
}
