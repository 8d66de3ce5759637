// SPDX-License-Identifier: Apache-2.0
// The header is also C++, and needs no other before it.
#include <baton/baton.h>

baton_reader header_alone();

baton_reader header_alone() { return BATON_INIT(baton_reader); }
