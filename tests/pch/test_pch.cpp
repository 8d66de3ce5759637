// SPDX-License-Identifier: Apache-2.0
// A library needs a source; all that there is to compile is the precompiled header.
