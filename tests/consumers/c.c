/* SPDX-License-Identifier: Apache-2.0 */
#include <baton/baton.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  static const char parent[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const baton_field field = {"traceparent", 11, parent, sizeof parent - 1};
  baton_reader reader = BATON_INIT(baton_reader);
  baton_chain* chain = NULL;
  baton_context* context = NULL;
  char text[56] = "";
  reader.fields = &field;
  reader.field_count = 1;
  baton_chain_new(NULL, &chain, NULL, 0);
  baton_context_new(&context);
  baton_extract(chain, &reader, context, NULL, NULL);
  baton_context_traceparent(context, text);
  baton_context_free(context);
  baton_chain_free(chain);
  return strcmp(text, parent) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
