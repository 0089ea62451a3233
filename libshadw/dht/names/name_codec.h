// SPDX-License-Identifier: Apache-2.0
//
// What the verbs of a name record share with its encoding. Private to this module.
#ifndef LIBSHADW_DHT_NAMES_NAME_CODEC_H_
#define LIBSHADW_DHT_NAMES_NAME_CODEC_H_

#include "libshadw/dht/names/name_record.h"

namespace shadw::dht::names {

// Whether the record, its signature aside, can be written.
//   Errors   kInvalidArgument  a field is over a limit or not legal
absl::Status CheckFields(const NameRecord& record);
// Everything that the signature covers.
base::Bytes EncodeBody(const NameRecord& record);

}  // namespace shadw::dht::names

#endif  // LIBSHADW_DHT_NAMES_NAME_CODEC_H_
