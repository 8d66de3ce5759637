/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "check.h"

/* What was called, as "name: value" and "-name" in lines. */
struct message {
  char text[400];
  int fails_after; /* so many calls; less than zero: never */
};

static int32_t note(struct message* message, const char* sign, const char* name, size_t name_size,
                    const char* colon, const char* value, size_t value_size) {
  size_t used = strlen(message->text);
  if (message->fails_after-- == 0) return 1;
  snprintf(message->text + used, sizeof message->text - used, "%s%.*s%s%.*s\n", sign,
           (int)name_size, name, colon, (int)value_size, value);
  return 0;
}

static int32_t set(void* carrier, const char* name, size_t name_size, const char* value,
                   size_t value_size) {
  return note(carrier, "", name, name_size, ": ", value, value_size);
}

static int32_t erase(void* carrier, const char* name, size_t name_size) {
  return note(carrier, "-", name, name_size, "", "", 0);
}

static baton_writer writer_of(struct message* message) {
  baton_writer writer = BATON_INIT(baton_writer);
  message->text[0] = '\0';
  message->fails_after = -1;
  writer.set = set;
  writer.erase = erase;
  writer.carrier = message;
  return writer;
}

static void check_flags(uint32_t flags, const char* expected, int line) {
  static const char parent[] = "00-0000000000000000a3ce929d0e0e4736-00f067aa0ba902b7-01";
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_chain* chain = NULL;
  baton_context* context = new_context();
  struct message message;
  baton_writer writer = writer_of(&message);
  writer.erase = NULL;
  options.extract = "none";
  options.inject = "b3,tracecontext";
  options.flags = flags;
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
  CHECK_EQUAL(baton_context_set_traceparent(context, parent, 55, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_set_sampling(context, BATON_DEBUG), BATON_OK);
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  check_text(text_of(message.text), expected, "the message", __FILE__, line);
  baton_context_free(context);
  baton_chain_free(chain);
}

static void test_flags(void) {
#define SHORT_ID "a3ce929d0e0e4736"
#define LONG_ID "0000000000000000" SHORT_ID
#define W3C_PARENT "traceparent: 00-" LONG_ID "-00f067aa0ba902b7-01\n"
  check_flags(0, "b3: " LONG_ID "-00f067aa0ba902b7-d\n" W3C_PARENT, __LINE__);
  check_flags(BATON_B3_SHORT_TRACE_IDS, "b3: " SHORT_ID "-00f067aa0ba902b7-d\n" W3C_PARENT,
              __LINE__);
  check_flags(BATON_SAMPLING_IN_TRACESTATE,
              "b3: " LONG_ID "-00f067aa0ba902b7-d\n" W3C_PARENT "tracestate: baton=debug\n",
              __LINE__);
}

static int32_t measure(void* sizes, const char* name, size_t name_size, const char* value,
                       size_t value_size) {
  (void)name, (void)name_size, (void)value;
  *(size_t*)sizes = value_size;
  return 0;
}

/* 29 bytes, or their base64. */
static void test_binary_fields(void) {
  baton_chain* chain = new_chain("opencensus");
  baton_context* context = context_of_parent();
  baton_writer writer = BATON_INIT(baton_writer);
  size_t size = 0;
  writer.set = measure;
  writer.carrier = &size;
  writer.flags = BATON_BINARY_FIELDS;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  CHECK_EQUAL(size, 29);
  writer.flags = 0;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  CHECK_EQUAL(size, 39);
  baton_context_free(context);
  baton_chain_free(chain);
}

void test_injection(void) {
  baton_chain* chain = new_chain(NULL);
  baton_context* context = context_of_parent();
  struct message message;
  baton_writer writer = writer_of(&message);
  CHECK_EQUAL(baton_context_set_baggage(context, "a=1", 3, NULL), BATON_OK);
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  CHECK_STRING(message.text, "traceparent: " PARENT "\n-tracestate\nbaggage: a=1\n");
  writer = writer_of(&message);
  writer.erase = NULL;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  CHECK_STRING(message.text, "traceparent: " PARENT "\nbaggage: a=1\n");
  writer = writer_of(&message);
  message.fails_after = 1;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_ERROR_CALLBACK);
  CHECK_STRING(message.text, "traceparent: " PARENT "\n");
  writer = writer_of(&message);
  message.fails_after = 0;
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_ERROR_CALLBACK);
  CHECK_STRING(message.text, "");
  baton_context_free(context);
  baton_chain_free(chain);
  test_flags();
  test_binary_fields();
}

static void test_destinations(void) {
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_chain* chain = NULL;
  baton_context* context = context_of_parent();
  struct message message;
  baton_writer writer = writer_of(&message);
  options.destinations = "*.internal: all; partner.example: context baggage=tenant; *: none";
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
  CHECK_EQUAL(baton_context_set_baggage(context, "tenant=1,user=2", 15, NULL), BATON_OK);
  CHECK_EQUAL(baton_chain_restricts(chain, "db.internal", 11), 0);
  CHECK_EQUAL(baton_chain_restricts(chain, "partner.example", 15), 1);
  CHECK_EQUAL(baton_chain_restricts(chain, NULL, 0), 1);
  CHECK_EQUAL(baton_inject(chain, context, &writer, "db.internal", 11), BATON_OK);
  CHECK_STRING(message.text, "traceparent: " PARENT "\n-tracestate\nbaggage: tenant=1,user=2\n");
  writer = writer_of(&message);
  CHECK_EQUAL(baton_inject(chain, context, &writer, "partner.example", 15), BATON_OK);
  CHECK_STRING(message.text, "traceparent: " PARENT "\n-tracestate\nbaggage: tenant=1\n");
  writer = writer_of(&message);
  CHECK_EQUAL(baton_inject(chain, context, &writer, NULL, 0), BATON_OK);
  CHECK_STRING(message.text, "-traceparent\n-tracestate\n-baggage\n");
  baton_context_free(context);
  baton_chain_free(chain);
}

static void test_callers(void) {
  const baton_field fields[] = {field_of("traceparent", PARENT),
                                field_of("baggage", "tenant=1,user=2")};
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_chain* chain = NULL;
  baton_context* context = new_context();
  baton_context* link = new_context();
  baton_report* report = new_report();
  baton_reader reader = reader_of(fields, 2);
  char text[56];
  options.callers = "restart baggage=tenant";
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
  CHECK_EQUAL(baton_extract(chain, &reader, context, report, link), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 0);
  CHECK_TEXT(baton_context_baggage(context), "tenant=1");
  CHECK_EQUAL(baton_context_traceparent(link, text), BATON_OK);
  CHECK_STRING(text, PARENT);
  CHECK_TEXT(baton_context_baggage(link), "");
  CHECK_EQUAL(baton_report_found(report), BATON_FOUND_SPAN_CONTEXT);
  baton_chain_free(chain);

  chain = new_chain(NULL);
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, link), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 1);
  CHECK_EQUAL(baton_context_has_span(link), 0);
  baton_chain_free(chain);
  baton_report_free(report);
  baton_context_free(link);
  baton_context_free(context);
}

void test_trust(void) {
  test_destinations();
  test_callers();
}

static void test_wrong_order(const baton_context* a, const baton_context* b) {
  baton_scope outer = {{0}};
  baton_scope inner = {{0}};
  CHECK_EQUAL(baton_scope_enter(&outer, a), BATON_OK);
  CHECK_EQUAL(baton_scope_enter(&inner, b), BATON_OK);
  CHECK_EQUAL(baton_scope_leave(&outer), BATON_ERROR_SCOPE);
  CHECK(baton_current() == b);
  CHECK_EQUAL(baton_scope_leave(&outer), BATON_ERROR_SCOPE); /* it has ended already */
  CHECK(baton_current() == b);
  CHECK_EQUAL(baton_scope_enter(&outer, a), BATON_OK);
  CHECK(baton_current() == a);
  CHECK_EQUAL(baton_scope_leave(&outer), BATON_OK);
  CHECK_EQUAL(baton_scope_leave(&inner), BATON_OK);
}

void test_scopes(void) {
  baton_context* context = context_of_parent();
  baton_context* other = new_context();
  baton_scope scope = {{0}};
  baton_scope inner = {{0}};
  CHECK(baton_current() != NULL);
  CHECK_EQUAL(baton_context_has_span(baton_current()), 0);
  CHECK_EQUAL(baton_scope_leave(&scope), BATON_ERROR_SCOPE);
  CHECK_EQUAL(baton_scope_enter(&scope, context), BATON_OK);
  CHECK(baton_current() == context);
  CHECK_EQUAL(baton_scope_enter(&scope, other), BATON_ERROR_SCOPE);
  CHECK(baton_current() == context);
  CHECK_EQUAL(baton_scope_enter(&inner, other), BATON_OK);
  CHECK(baton_current() == other);
  CHECK_EQUAL(baton_scope_leave(&inner), BATON_OK);
  CHECK(baton_current() == context);
  CHECK_EQUAL(baton_scope_leave(&scope), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(baton_current()), 0);
  test_wrong_order(context, other);
  CHECK_EQUAL(baton_context_has_span(baton_current()), 0);
  baton_context_free(other);
  baton_context_free(context);
}

static int32_t count_formats(void* argument, const baton_format_counts* counts) {
  (void)counts;
  return ++*(int*)argument == 2;
}

/* The counts of B3, before and after. */
static int32_t find_b3(void* argument, const baton_format_counts* counts) {
  if (counts->format.size != 2 || memcmp(counts->format.data, "b3", 2) != 0) return 0;
  *(baton_format_counts*)argument = *counts;
  return 1;
}

void test_counts(void) {
  const baton_field field = field_of("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1");
  baton_chain* chain = new_chain("b3");
  baton_context* context = new_context();
  baton_reader reader = reader_of(&field, 1);
  baton_format_counts before = {0}, after = {0};
  uint64_t extractions = 0, more = 0;
  char text[4096];
  size_t size = 0;
  int formats = 0;
  CHECK_EQUAL(baton_counts(&extractions, find_b3, &before), BATON_OK);
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_counts(&more, find_b3, &after), BATON_OK);
  CHECK_EQUAL(more, extractions + 1);
  CHECK_EQUAL(after.size, sizeof after);
  CHECK_EQUAL(after.found, before.found + 1);
  CHECK_EQUAL(after.won, before.won + 1);
  CHECK_EQUAL(after.malformed, before.malformed);
  CHECK_EQUAL(after.disagreed, before.disagreed);
  CHECK_EQUAL(baton_counts(NULL, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_counts(NULL, count_formats, &formats), BATON_OK);
  CHECK_EQUAL(formats, 2);
  CHECK_EQUAL(baton_counts_text(text, 10, &size), BATON_ERROR_SPACE);
  CHECK(size > 10 && size < sizeof text);
  CHECK_EQUAL(baton_counts_text(text, size, &size), BATON_OK);
  text[size] = '\0';
  CHECK(strstr(text, "\nbaton_format_won_total{format=\"b3\"} ") != NULL);
  baton_context_free(context);
  baton_chain_free(chain);
}
