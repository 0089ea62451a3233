// SPDX-License-Identifier: Apache-2.0
//
// What the parts of shadw.vault share.
#ifndef BINDINGS_PYTHON_SRC_BIND_VAULT_H_
#define BINDINGS_PYTHON_SRC_BIND_VAULT_H_

#include "bindings/python/src/casters.h"
#include "bindings/python/src/owned_vault.h"

namespace shadw::python {

void BindVaultReports(py::module_& vault);
void BindVaultMany(py::class_<OwnedVault>& vault);

}  // namespace shadw::python

#endif  // BINDINGS_PYTHON_SRC_BIND_VAULT_H_
