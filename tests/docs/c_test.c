/* SPDX-License-Identifier: Apache-2.0 */
/* What docs/c.md says of its code. */
#include <stdio.h>
#include <string.h>

#include "c_guide.h"

#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

static int failures = 0;
#define CHECK(condition)                                                  \
  do {                                                                    \
    if (condition) break;                                                 \
    (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
    ++failures;                                                           \
  } while (0)

static int32_t append(void* carrier, const char* name, size_t name_size, const char* value,
                      size_t value_size) {
  char* text = carrier;
  (void)sprintf(text + strlen(text), "%.*s: %.*s\n", (int)name_size, name, (int)value_size, value);
  return 0;
}

static const baton_context* expected;
static int worked = 0;
static void work(void) { worked = baton_current() == expected; }

int main(void) {
  char message[200];
  char sent[400] = "";
  char text[56];
  const baton_field b3 = {"B3", 2, "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1", 51};
  struct header baggage = {"Baggage", "tenant=1,a=2", NULL};
  struct header parent = {"Traceparent", PARENT, &baggage};
  baton_chain* chain = make_chain(message, sizeof message);
  baton_chain* edge = make_edge_chain();
  baton_context* context = NULL;
  baton_context* link = NULL;
  baton_writer writer = BATON_INIT(baton_writer);
  baton_reader reader;
  CHECK(chain != NULL && edge != NULL);
  CHECK(baton_context_new(&context) == BATON_OK && baton_context_new(&link) == BATON_OK);
  writer.set = append;
  writer.carrier = sent;
  CHECK(forward(chain, &b3, 1, context, &writer) == BATON_OK);
  CHECK(strcmp(sent, "traceparent: 00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01\n") ==
        0);

  reader = reader_of(&parent);
  CHECK(baton_extract(edge, &reader, context, NULL, link) == BATON_OK);
  CHECK(baton_context_has_span(context) == 0);
  CHECK(baton_context_baggage(context).size == strlen("tenant=1"));
  CHECK(baton_context_traceparent(link, text) == BATON_OK && strcmp(text, PARENT) == 0);
  CHECK(baton_chain_restricts(edge, "elsewhere.example", 17) == 1);
  CHECK(baton_chain_restricts(edge, "db.internal", 11) == 0);

  expected = context;
  handle(context, work);
  CHECK(worked);
  CHECK(baton_current() != context);
  baton_context_free(link);
  baton_context_free(context);
  baton_chain_free(edge);
  baton_chain_free(chain);
  return failures == 0 ? 0 : 1;
}
