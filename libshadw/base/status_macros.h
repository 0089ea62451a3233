// SPDX-License-Identifier: Apache-2.0
//
// The two lines that every caller of a fallible function would otherwise repeat.
// Included by .cc files only.
//
//   SHADW_RETURN_IF_ERROR(store.Put(id, bytes, hash));
//   SHADW_ASSIGN_OR_RETURN(const Header header, ParseHeader(bytes));
#ifndef LIBSHADW_BASE_STATUS_MACROS_H_
#define LIBSHADW_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SHADW_RETURN_IF_ERROR(expression)                               \
  do {                                                                  \
    if (absl::Status shadw_status = (expression); !shadw_status.ok()) { \
      return shadw_status;                                              \
    }                                                                   \
  } while (false)

#define SHADW_MACRO_JOIN_INNER(a, b) a##b
#define SHADW_MACRO_JOIN(a, b) SHADW_MACRO_JOIN_INNER(a, b)
#define SHADW_ASSIGN_OR_RETURN(declaration, expression) \
  SHADW_ASSIGN_OR_RETURN_AS(SHADW_MACRO_JOIN(shadw_result_, __LINE__), declaration, expression)
#define SHADW_ASSIGN_OR_RETURN_AS(result, declaration, expression) \
  auto result = (expression);                                      \
  if (!result.ok()) return std::move(result).status();             \
  declaration = *std::move(result)

#endif  // LIBSHADW_BASE_STATUS_MACROS_H_
