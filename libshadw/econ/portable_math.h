// SPDX-License-Identifier: Apache-2.0
//
// Exponentials and normal tails of additions, multiplications and divisions alone: those
// come out the same on every machine, a system's exp() does not (catalogue R9).
//
//   PortableExp(1.0)       // 2.718281828459045
//   NormalTail(1.96)       // 0.0249979
#ifndef LIBSHADW_ECON_PORTABLE_MATH_H_
#define LIBSHADW_ECON_PORTABLE_MATH_H_

namespace shadw::econ {

// e^x.
//   Range    x  -700 to 700; beyond it the result is that of the nearer end
//   Promise  4e-16 relative
double PortableExp(double x);

// The density of a standard normal quantity at z.
double NormalDensity(double z);

// The probability that it is above z.
//   Range    z  0 to 37
//   Promise  5e-13 relative
double NormalTail(double z);

}  // namespace shadw::econ

#endif  // LIBSHADW_ECON_PORTABLE_MATH_H_
