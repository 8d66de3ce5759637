/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "check.h"

static void test_ids(void) {
  static const uint8_t trace_id[16] = {0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6,
                                       0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36};
  static const uint8_t span_id[8] = {0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7};
  baton_context* context = context_of_parent();
  baton_span_context span = BATON_INIT(baton_span_context);
  char text[56];
  CHECK_EQUAL(baton_context_has_span(context), 1);
  CHECK_EQUAL(baton_context_is_sampled(context), 1);
  CHECK_EQUAL(baton_context_trace_id(context, text), BATON_OK);
  CHECK_STRING(text, "4bf92f3577b34da6a3ce929d0e0e4736");
  CHECK_EQUAL(baton_context_span_id(context, text), BATON_OK);
  CHECK_STRING(text, "00f067aa0ba902b7");
  CHECK_EQUAL(baton_context_traceparent(context, text), BATON_OK);
  CHECK_STRING(text, PARENT);
  CHECK_EQUAL(baton_context_span_context(context, &span), BATON_OK);
  CHECK(memcmp(span.trace_id, trace_id, 16) == 0);
  CHECK(memcmp(span.span_id, span_id, 8) == 0);
  CHECK_EQUAL(span.flags, BATON_FLAG_SAMPLED);
  CHECK_EQUAL(span.is_remote, 1);
  CHECK_EQUAL(span.sampling, BATON_SAMPLE);
  baton_context_free(context);
}

static void test_empty_context(void) {
  baton_context* context = new_context();
  char text[56];
  CHECK_EQUAL(baton_context_has_span(context), 0);
  CHECK_EQUAL(baton_context_is_sampled(context), 0);
  CHECK_EQUAL(baton_context_trace_id(context, text), BATON_OK);
  CHECK_STRING(text, "00000000000000000000000000000000");
  CHECK_EQUAL(baton_context_span_id(context, text), BATON_OK);
  CHECK_STRING(text, "0000000000000000");
  CHECK_EQUAL(baton_context_traceparent(context, text), BATON_ERROR_ABSENT);
  CHECK_STRING(text, "");
  CHECK_TEXT(baton_context_tracestate(context), "");
  CHECK_TEXT(baton_context_baggage(context), "");
  baton_context_free(context);
}

static void test_bad_traceparent(void) {
  static const char bad[] = "00-4bf92f3577b34da6a3ce929d0e0e473G-00f067aa0ba902b7-01";
  baton_context* context = context_of_parent();
  baton_context* before = NULL;
  baton_issue issue = BATON_INIT(baton_issue);
  baton_span_context decided = BATON_INIT(baton_span_context);
  CHECK_EQUAL(baton_context_copy(context, &before), BATON_OK);
  CHECK_EQUAL(baton_context_set_traceparent(context, bad, strlen(bad), &issue), BATON_ERROR_SYNTAX);
  CHECK_TEXT(baton_issue_name(issue.code), "bad_hex");
  CHECK_EQUAL(issue.offset, 34);
  CHECK_TEXT(issue.field, "");
  CHECK_EQUAL(baton_context_equals(context, before), 1);
  CHECK_EQUAL(baton_context_set_traceparent(context, NULL, 9, NULL), BATON_ERROR_SYNTAX);
  /* The decision is that of the flag, whatever it was. */
  CHECK_EQUAL(baton_context_set_sampling(context, BATON_DEBUG), BATON_OK);
  CHECK_EQUAL(baton_context_set_traceparent(context, PARENT, 55, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_span_context(context, &decided), BATON_OK);
  CHECK_EQUAL(decided.sampling, BATON_SAMPLE);
  CHECK_EQUAL(baton_context_set_traceparent(context, OTHER_PARENT, 55, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_equals(context, before), 0);
  CHECK_EQUAL(baton_context_is_sampled(context), 0);
  baton_context_free(before);
  baton_context_free(context);
}

static void test_set_span_context(void) {
  baton_context* context = new_context();
  static const uint8_t remote[] = {1, 0, 2};
  baton_span_context nothing = BATON_INIT(baton_span_context);
  baton_span_context span = BATON_INIT(baton_span_context);
  baton_span_context got = BATON_INIT(baton_span_context);
  char text[56];
  size_t i;
  CHECK_EQUAL(baton_context_set_tracestate(context, "a=1", 3, NULL), BATON_OK);
  span.span_id[7] = 2;
  CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_ERROR_ARGUMENT);
  span.trace_id[15] = 1;
  span.flags = 0xff;
  CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_OK);
  CHECK_EQUAL(baton_context_traceparent(context, text), BATON_OK);
  /* `defer` clears the sampled flag. */
  CHECK_STRING(text, "00-00000000000000000000000000000001-0000000000000002-02");
  CHECK_TEXT(baton_context_tracestate(context), "a=1");
  span.sampling = BATON_DEBUG;
  CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_OK);
  CHECK_EQUAL(baton_context_traceparent(context, text), BATON_OK);
  CHECK_STRING(text, "00-00000000000000000000000000000001-0000000000000002-03");
  CHECK_EQUAL(baton_context_set_sampling(context, BATON_DROP), BATON_OK);
  CHECK_EQUAL(baton_context_is_sampled(context), 0);
  CHECK_EQUAL(baton_context_set_sampling(context, 4), BATON_ERROR_ARGUMENT);
  CHECK_EQUAL(baton_context_set_sampling(context, -1), BATON_ERROR_ARGUMENT);
  for (i = 0; i < sizeof remote; ++i) {
    span.is_remote = remote[i];
    CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_OK);
    CHECK_EQUAL(baton_context_span_context(context, &got), BATON_OK);
    CHECK_EQUAL(got.is_remote, remote[i] != 0);
  }
  span.sampling = 4;
  CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_ERROR_ARGUMENT);
  span.sampling = BATON_DROP;
  /* A decision without a trace. */
  nothing.sampling = BATON_DROP;
  CHECK_EQUAL(baton_context_set_span_context(context, &nothing), BATON_OK);
  CHECK_EQUAL(baton_context_span_context(context, &got), BATON_OK);
  CHECK_EQUAL(got.sampling, BATON_DROP);
  CHECK_EQUAL(baton_context_has_span(context), 0);
  for (i = 0; i < 2; ++i) {
    memset(span.reserved, 0, sizeof span.reserved);
    span.reserved[i] = 1;
    CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_ERROR_ARGUMENT);
  }
  baton_context_free(context);
}

static void test_children(void) {
  baton_context* parent = context_of_parent();
  baton_context* child = new_context();
  baton_span_context of_parent = BATON_INIT(baton_span_context);
  baton_span_context of_child = BATON_INIT(baton_span_context);
  CHECK_EQUAL(baton_context_set_baggage(parent, "a=1", 3, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_child(parent, child), BATON_OK);
  CHECK_EQUAL(baton_context_span_context(parent, &of_parent), BATON_OK);
  CHECK_EQUAL(baton_context_span_context(child, &of_child), BATON_OK);
  CHECK(memcmp(of_parent.trace_id, of_child.trace_id, 16) == 0);
  CHECK(memcmp(of_parent.span_id, of_child.span_id, 8) != 0);
  CHECK_EQUAL(of_child.is_remote, 0);
  CHECK_EQUAL(of_child.sampling, BATON_SAMPLE);
  CHECK_TEXT(baton_context_baggage(child), "a=1");
  CHECK_EQUAL(baton_context_child(child, child), BATON_OK);
  CHECK_EQUAL(baton_context_span_context(child, &of_child), BATON_OK);
  CHECK(memcmp(of_parent.trace_id, of_child.trace_id, 16) == 0);

  CHECK_EQUAL(baton_context_clear(child), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(child), 0);
  CHECK_TEXT(baton_context_baggage(child), "");
  CHECK_EQUAL(baton_context_child(child, child), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(child), 1);
  CHECK_EQUAL(baton_context_assign(child, parent), BATON_OK);
  CHECK_EQUAL(baton_context_assign(child, child), BATON_OK);
  CHECK_EQUAL(baton_context_equals(child, parent), 1);
  baton_context_free(child);
  baton_context_free(parent);
}

void test_contexts(void) {
  test_ids();
  test_empty_context();
  test_bad_traceparent();
  test_set_span_context();
  test_children();
}
