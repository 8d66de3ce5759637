/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "check.h"

static int32_t ignore(void* argument, const char* name, size_t name_size, const char* value,
                      size_t value_size) {
  (void)argument, (void)name, (void)name_size, (void)value, (void)value_size;
  return 0;
}

static int32_t ignore_member(void* argument, const baton_member* member) {
  (void)argument, (void)member;
  return 0;
}

#define REFUSED(call) CHECK_EQUAL(call, BATON_ERROR_ARGUMENT)

static void test_null_chains(void) {
  baton_chain* chain = new_chain(NULL);
  baton_chain* copy = chain;
  baton_text text;
  REFUSED(baton_chain_new(NULL, NULL, NULL, 0));
  REFUSED(baton_chain_from_environment(NULL, NULL, 0));
  REFUSED(baton_chain_set_global(NULL));
  REFUSED(baton_chain_copy(chain, NULL));
  REFUSED(baton_chain_field(NULL, 0, &text));
  REFUSED(baton_chain_field(chain, 0, NULL));
  CHECK_EQUAL(baton_chain_owns(NULL, "b3", 2), 0);
  CHECK_EQUAL(baton_chain_owns(chain, NULL, 2), 0);
  CHECK_EQUAL(baton_chain_restricts(NULL, "a", 1), 0);
  CHECK_EQUAL(baton_chain_restricts(chain, NULL, 1), 0);
  baton_chain_free(NULL);
  REFUSED(baton_chain_copy(NULL, &copy));
  CHECK(copy == NULL);
  baton_chain_free(chain);
}

static void test_null_contexts(void) {
  baton_context* context = context_of_parent();
  baton_context* copy = context;
  baton_span_context span = BATON_INIT(baton_span_context);
  char text[56];
  REFUSED(baton_context_new(NULL));
  REFUSED(baton_context_copy(context, NULL));
  REFUSED(baton_context_copy(NULL, &copy));
  CHECK(copy == NULL);
  baton_context_free(NULL);
  REFUSED(baton_context_assign(NULL, context));
  REFUSED(baton_context_assign(context, NULL));
  REFUSED(baton_context_clear(NULL));
  REFUSED(baton_context_child(NULL, context));
  REFUSED(baton_context_child(context, NULL));
  CHECK_EQUAL(baton_context_equals(NULL, context), 0);
  CHECK_EQUAL(baton_context_equals(context, NULL), 0);
  CHECK_EQUAL(baton_context_has_span(NULL), 0);
  CHECK_EQUAL(baton_context_is_sampled(NULL), 0);
  REFUSED(baton_context_span_context(NULL, &span));
  REFUSED(baton_context_span_context(context, NULL));
  REFUSED(baton_context_set_span_context(NULL, &span));
  REFUSED(baton_context_set_span_context(context, NULL));
  REFUSED(baton_context_set_sampling(NULL, BATON_DROP));
  REFUSED(baton_context_trace_id(NULL, text));
  REFUSED(baton_context_trace_id(context, NULL));
  REFUSED(baton_context_span_id(NULL, text));
  REFUSED(baton_context_span_id(context, NULL));
  REFUSED(baton_context_traceparent(NULL, text));
  REFUSED(baton_context_traceparent(context, NULL));
  REFUSED(baton_context_set_traceparent(NULL, PARENT, 55, NULL));
  CHECK_EQUAL(baton_context_has_span(context), 1);
  baton_context_free(context);
}

static void test_null_lists(void) {
  baton_context* context = new_context();
  baton_member member = BATON_INIT(baton_member);
  baton_text text;
  size_t size;
  CHECK_TEXT(baton_context_tracestate(NULL), "");
  REFUSED(baton_context_set_tracestate(NULL, "", 0, NULL));
  REFUSED(baton_context_tracestate_member(NULL, "a", 1, &text));
  REFUSED(baton_context_tracestate_member(context, "a", 1, NULL));
  CHECK_EQUAL(baton_context_tracestate_member(context, NULL, 1, &text), BATON_ERROR_ABSENT);
  REFUSED(baton_context_set_tracestate_member(NULL, "a", 1, "b", 1, NULL));
  CHECK_EQUAL(baton_context_set_tracestate_member(context, NULL, 1, "b", 1, NULL),
              BATON_ERROR_SYNTAX);
  CHECK_EQUAL(baton_context_set_tracestate_member(context, "a", 1, NULL, 1, NULL),
              BATON_ERROR_SYNTAX);
  REFUSED(baton_context_erase_tracestate_member(NULL, "a", 1));
  REFUSED(baton_context_visit_tracestate(NULL, ignore, NULL));
  REFUSED(baton_context_visit_tracestate(context, NULL, NULL));

  CHECK_TEXT(baton_context_baggage(NULL), "");
  REFUSED(baton_context_set_baggage(NULL, "", 0, NULL));
  REFUSED(baton_context_baggage_value(NULL, "a", 1, NULL, 0, &size));
  REFUSED(baton_context_baggage_value(context, "a", 1, NULL, 0, NULL));
  REFUSED(baton_context_baggage_value(context, "a", 1, NULL, 1, &size));
  REFUSED(baton_context_visit_baggage(NULL, ignore_member, NULL));
  REFUSED(baton_context_visit_baggage(context, NULL, NULL));
  REFUSED(baton_context_set_baggage_member(NULL, &member, NULL));
  REFUSED(baton_context_set_baggage_member(context, NULL, NULL));
  member.property_count = 1;
  REFUSED(baton_context_set_baggage_member(context, &member, NULL));
  REFUSED(baton_context_erase_baggage_member(NULL, "a", 1));
  baton_context_free(context);
}

/* Whatever is wrong, nothing of the last request remains. */
static void test_null_requests(void) {
  const baton_field field = field_of("traceparent", PARENT);
  baton_field no_value = {"traceparent", 11, NULL, 55};
  baton_field no_name = {NULL, 11, PARENT, 55};
  baton_chain* chain = new_chain(NULL);
  baton_context* context = context_of_parent();
  baton_context* link = context_of_parent();
  baton_reader reader = reader_of(&field, 1);
  REFUSED(baton_extract(NULL, &reader, context, NULL, link));
  CHECK_EQUAL(baton_context_has_span(context), 0);
  CHECK_EQUAL(baton_context_has_span(link), 0);
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  REFUSED(baton_extract(chain, NULL, context, NULL, NULL));
  CHECK_EQUAL(baton_context_has_span(context), 0);
  REFUSED(baton_extract(chain, &reader, NULL, NULL, NULL));
  REFUSED(baton_extract(chain, &reader, NULL, NULL, link));
  REFUSED(baton_extract(chain, &reader, context, NULL, context));
  reader.flags = 32;
  REFUSED(baton_extract(chain, &reader, context, NULL, NULL));
  reader.flags = BATON_INTO_CONTEXT;
  REFUSED(baton_extract(chain, &reader, context, NULL, link));
  reader.flags = 0;
  reader.reserved = 1;
  REFUSED(baton_extract(chain, &reader, context, NULL, NULL));
  reader.reserved = 0;
  reader.fields = NULL;
  REFUSED(baton_extract(chain, &reader, context, NULL, NULL));
  reader.fields = &no_value;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 0);
  reader.fields = &no_name;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 0);
  baton_context_free(link);
  baton_context_free(context);
  baton_chain_free(chain);
}

static void test_null_reports_and_messages(void) {
  baton_chain* chain = new_chain(NULL);
  baton_context* context = context_of_parent();
  baton_report* report = new_report();
  baton_issue issue = BATON_INIT(baton_issue);
  baton_writer writer = BATON_INIT(baton_writer);
  REFUSED(baton_report_new(NULL));
  baton_report_free(NULL);
  CHECK_EQUAL(baton_report_found(NULL), BATON_FOUND_NOTHING);
  CHECK_EQUAL(baton_report_issue_count(NULL), 0);
  CHECK_TEXT(baton_report_format(NULL), "");
  CHECK_TEXT(baton_report_disagreeing_format(NULL), "");
  REFUSED(baton_report_issue(NULL, 0, &issue));
  REFUSED(baton_report_issue(report, 0, NULL));
  baton_report_free(report);

  REFUSED(baton_inject(chain, context, &writer, NULL, 0));
  writer.set = ignore;
  REFUSED(baton_inject(NULL, context, &writer, NULL, 0));
  REFUSED(baton_inject(chain, NULL, &writer, NULL, 0));
  REFUSED(baton_inject(chain, context, NULL, NULL, 0));
  writer.flags = BATON_NAMES_WITHOUT_CASE;
  REFUSED(baton_inject(chain, context, &writer, NULL, 0));
  writer.flags = BATON_BINARY_FIELDS;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 7), BATON_OK);
  writer.reserved = 1;
  REFUSED(baton_inject(chain, context, &writer, NULL, 0));
  baton_context_free(context);
  baton_chain_free(chain);
}

static void test_null_scopes_and_counts(void) {
  baton_context* context = new_context();
  baton_scope scope = {{0}};
  size_t size;
  REFUSED(baton_scope_enter(NULL, context));
  REFUSED(baton_scope_enter(&scope, NULL));
  REFUSED(baton_scope_leave(NULL));
  REFUSED(baton_counts_text(NULL, 0, NULL));
  REFUSED(baton_counts_text(NULL, 1, &size));
  CHECK_EQUAL(baton_counts_text(NULL, 0, &size), BATON_ERROR_SPACE);
  baton_context_free(context);
}

void test_null_pointers(void) {
  test_null_chains();
  test_null_contexts();
  test_null_lists();
  test_null_requests();
  test_null_reports_and_messages();
  test_null_scopes_and_counts();
}

/* Options in a block of exactly `size` bytes, so that AddressSanitizer sees what is read. */
static baton_error make_chain(size_t size, unsigned char tail) {
  const size_t known = sizeof(baton_chain_options);
  baton_chain* chain = NULL;
  baton_error error;
  baton_chain_options options = BATON_INIT(baton_chain_options);
  unsigned char* block = calloc(size > 8 ? size : 8, 1);
  if (block == NULL) return BATON_ERROR_MEMORY;
  options.size = size;
  options.extract = "b3";
  options.callers = "unknown"; /* an error, unless it is beyond the size */
  memcpy(block, &options, size < known ? size : known);
  if (size > known) block[size - 1] = tail;
  error = baton_chain_new((const baton_chain_options*)(void*)block, &chain, NULL, 0);
  if (error == BATON_OK) {
    CHECK_EQUAL(baton_chain_owns(chain, "b3", 2), size >= offsetof(baton_chain_options, inject));
  }
  baton_chain_free(chain);
  free(block);
  return error;
}

static void test_sizes_of_options(void) {
  const size_t known = sizeof(baton_chain_options);
  CHECK_EQUAL(make_chain(sizeof(size_t), 0), BATON_OK);
  CHECK_EQUAL(make_chain(offsetof(baton_chain_options, inject), 0), BATON_OK);
  CHECK_EQUAL(make_chain(offsetof(baton_chain_options, callers), 0), BATON_OK);
  CHECK_EQUAL(make_chain(offsetof(baton_chain_options, policy), 0), BATON_ERROR_CONFIGURATION);
  CHECK_EQUAL(make_chain(known, 0), BATON_ERROR_CONFIGURATION);
  CHECK_EQUAL(make_chain(known + 8, 0), BATON_ERROR_CONFIGURATION);
  CHECK_EQUAL(make_chain(known + 8, 1), BATON_ERROR_SIZE);
  CHECK_EQUAL(make_chain(known + sizeof(size_t) / 2, 0), BATON_ERROR_SIZE);
  CHECK_EQUAL(make_chain(0, 0), BATON_ERROR_SIZE);
  CHECK_EQUAL(make_chain(sizeof(size_t) / 2, 0), BATON_ERROR_SIZE);
  CHECK_EQUAL(make_chain(1024, 0), BATON_ERROR_CONFIGURATION);
  CHECK_EQUAL(make_chain(1032, 0), BATON_ERROR_SIZE);
}

static void test_sizes_of_requests(void) {
  const baton_field field = field_of("traceparent", PARENT);
  baton_chain* chain = new_chain(NULL);
  baton_context* context = new_context();
  baton_reader reader = reader_of(&field, 1);
  baton_writer writer = BATON_INIT(baton_writer);
  reader.size = offsetof(baton_reader, each);
  reader.flags = 77;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 1);
  reader.size = offsetof(baton_reader, fields);
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 0);
  reader.size = 3;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_ERROR_SIZE);
  writer.set = ignore;
  writer.size = offsetof(baton_writer, erase);
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  writer.size = offsetof(baton_writer, set);
  REFUSED(baton_inject(chain, context, &writer, NULL, 0));
  writer.size = ~(size_t)0;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_ERROR_SIZE);
  baton_context_free(context);
  baton_chain_free(chain);
}

/* What the library fills: as far as the size goes, and zeros where it knows nothing. */
static void test_sizes_of_results(void) {
  baton_context* context = context_of_parent();
  unsigned char block[sizeof(baton_span_context) + 16];
  baton_span_context span;
  baton_member member = BATON_INIT(baton_member);
  memset(block, 0xee, sizeof block);
  span.size = sizeof span + 8;
  memcpy(block, &span.size, sizeof span.size);
  CHECK_EQUAL(baton_context_span_context(context, (baton_span_context*)(void*)block), BATON_OK);
  memcpy(&span, block, sizeof span);
  CHECK_EQUAL(span.size, sizeof span + 8);
  CHECK_EQUAL(span.trace_id[0], 0x4b);
  CHECK_EQUAL(block[sizeof span], 0);
  CHECK_EQUAL(block[sizeof span + 7], 0);
  CHECK_EQUAL(block[sizeof span + 8], 0xee);
  memset(block, 0xee, sizeof block);
  span.size = sizeof(size_t) + 8;
  memcpy(block, &span.size, sizeof span.size);
  CHECK_EQUAL(baton_context_span_context(context, (baton_span_context*)(void*)block), BATON_OK);
  CHECK_EQUAL(block[sizeof(size_t) + 7], 0xa6);
  CHECK_EQUAL(block[sizeof(size_t) + 8], 0xee);
  span.size = sizeof(size_t) + 10;
  CHECK_EQUAL(baton_context_span_context(context, &span), BATON_ERROR_SIZE);
  CHECK_EQUAL(baton_context_set_span_context(context, &span), BATON_ERROR_SIZE);
  member.size = 1;
  CHECK_EQUAL(baton_context_set_baggage_member(context, &member, NULL), BATON_ERROR_SIZE);
  baton_context_free(context);
}

/* A wrong size is found whatever the text, and changes nothing. */
static void test_sizes_of_issues(void) {
  static const char* const texts[] = {PARENT, "a=1", "x", ""};
  baton_context* context = context_of_parent();
  baton_context* before = context_of_parent();
  baton_report* report = new_report();
  baton_member member = BATON_INIT(baton_member);
  baton_issue issue = {0};
  size_t i;
  member.key = text_of("a");
  for (i = 0; i < sizeof texts / sizeof *texts; ++i) {
    const char* text = texts[i];
    const size_t size = strlen(text);
    CHECK_EQUAL(baton_context_set_traceparent(context, text, size, &issue), BATON_ERROR_SIZE);
    CHECK_EQUAL(baton_context_set_tracestate(context, text, size, &issue), BATON_ERROR_SIZE);
    CHECK_EQUAL(baton_context_set_tracestate_member(context, "a", 1, text, size, &issue),
                BATON_ERROR_SIZE);
    CHECK_EQUAL(baton_context_set_baggage(context, text, size, &issue), BATON_ERROR_SIZE);
    member.value = text_of(text);
    CHECK_EQUAL(baton_context_set_baggage_member(context, &member, &issue), BATON_ERROR_SIZE);
    CHECK_EQUAL(baton_context_equals(context, before), 1);
  }
  CHECK_EQUAL(baton_report_issue(report, 0, &issue), BATON_ERROR_SIZE);
  baton_report_free(report);
  baton_context_free(before);
  baton_context_free(context);
}

void test_sizes(void) {
  test_sizes_of_options();
  test_sizes_of_requests();
  test_sizes_of_results();
  test_sizes_of_issues();
}
