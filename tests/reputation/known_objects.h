// SPDX-License-Identifier: Apache-2.0
//
// What known answers ask of books and measurements, by the names of Python.
#ifndef TESTS_REPUTATION_KNOWN_OBJECTS_H_
#define TESTS_REPUTATION_KNOWN_OBJECTS_H_

#include "tests/vectors/known_steps.h"

namespace shadw::reputation {

absl::StatusOr<KnownObject> MakeKnownBook(const nlohmann::json& arguments);
absl::StatusOr<KnownObject> MakeKnownPeer(const nlohmann::json& arguments);
absl::StatusOr<nlohmann::json> GlobalScoresAnswer(const nlohmann::json& arguments);

}  // namespace shadw::reputation

#endif  // TESTS_REPUTATION_KNOWN_OBJECTS_H_
