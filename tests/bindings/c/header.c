/* SPDX-License-Identifier: Apache-2.0 */
/* The header needs no other before it. */
#include <baton/baton.h>

baton_reader header_alone(void);

baton_reader header_alone(void) {
  baton_reader reader = BATON_INIT(baton_reader);
  return reader;
}
