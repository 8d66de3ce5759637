/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "check.h"

static void check_parent(const baton_context* context, const char* expected, int line) {
  char text[56];
  baton_context_traceparent(context, text);
  check_text(text_of(text), expected, "the traceparent", __FILE__, line);
}
#define CHECK_PARENT(context, expected) check_parent(context, expected, __LINE__)

/* An array whose fields are visited, and how often that was. */
struct request {
  baton_field fields[24];
  size_t count;
  int visits;
};

static void each(void* carrier, baton_visit visit, void* sink) {
  struct request* request = carrier;
  size_t i;
  ++request->visits;
  for (i = 0; i < request->count; ++i) {
    const baton_field* field = &request->fields[i];
    if (visit(sink, field->name, field->name_size, field->value, field->value_size) != 0) return;
  }
}

static baton_reader reader_of_request(struct request* request) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.each = each;
  reader.carrier = request;
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  return reader;
}

static void test_array_and_callback(const baton_chain* chain) {
  struct request request = {.count = 4};
  baton_context* context = new_context();
  baton_context* other = new_context();
  baton_reader reader = reader_of_request(&request);
  request.fields[0] = field_of("Host", "example.com");
  request.fields[1] = field_of("Traceparent", PARENT);
  request.fields[2] = field_of("tracestate", "a=1");
  request.fields[3] = field_of("baggage", "k=v");
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(request.visits, 1);
  CHECK_PARENT(context, PARENT);
  CHECK_TEXT(baton_context_tracestate(context), "a=1");
  CHECK_TEXT(baton_context_baggage(context), "k=v");
  reader = reader_of(request.fields, request.count);
  CHECK_EQUAL(baton_extract(chain, &reader, other, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_equals(context, other), 1);

  /* The next request leaves nothing of this one, unless that is wanted. */
  reader = reader_of(request.fields + 3, 1);
  CHECK_EQUAL(baton_extract(chain, &reader, other, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(other), 0);
  CHECK_TEXT(baton_context_baggage(other), "k=v");
  reader = reader_of(request.fields + 1, 1);
  reader.flags |= BATON_INTO_CONTEXT;
  CHECK_EQUAL(baton_extract(chain, &reader, other, NULL, NULL), BATON_OK);
  CHECK_PARENT(other, PARENT);
  CHECK_TEXT(baton_context_baggage(other), "k=v");
  reader = reader_of(NULL, 0);
  CHECK_EQUAL(baton_extract(chain, &reader, other, NULL, NULL), BATON_OK);
  CHECK_TEXT(baton_context_baggage(other), "");
  baton_context_free(other);
  baton_context_free(context);
}

/* More fields of the formats than are kept in one pass. */
static void test_many_fields(const baton_chain* chain) {
  struct request request = {.count = 20};
  baton_context* context = new_context();
  baton_reader reader = reader_of_request(&request);
  char values[18][8];
  size_t i;
  for (i = 0; i < 18; ++i) {
    snprintf(values[i], sizeof values[i], "k%u=v", (unsigned)i);
    request.fields[i] = field_of(i % 2 == 0 ? "baggage" : "Baggage", values[i]);
  }
  request.fields[18] = field_of("traceparent", PARENT);
  request.fields[19] = field_of("BAGGAGE", "last=1");
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK(request.visits > 1);
  CHECK_PARENT(context, PARENT);
  CHECK_TEXT(baton_context_baggage(context),
             "k0=v,k1=v,k2=v,k3=v,k4=v,k5=v,k6=v,k7=v,k8=v,k9=v,k10=v,k11=v,k12=v,k13=v,k14=v,"
             "k15=v,k16=v,k17=v,last=1");
  reader.flags = 0;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_TEXT(baton_context_baggage(context), "k0=v,k2=v,k4=v,k6=v,k8=v,k10=v,k12=v,k14=v,k16=v");
  baton_context_free(context);
}

/* The same for a field of which one counts. */
static void check_one_of_many(const char* name, const char* last_name, uint32_t flags,
                              const char* expected, int line) {
  struct request request = {.count = 20};
  baton_reader readers[] = {reader_of_request(&request), reader_of(request.fields, request.count)};
  baton_chain* chain = new_chain("xray");
  baton_context* context = new_context();
  char values[20][64];
  char digits[33];
  size_t i;
  for (i = 0; i < 20; ++i) {
    snprintf(values[i], sizeof values[i], "Root=1-5759e988-bd862e3fe1be46a9942727%02u",
             (unsigned)i);
    request.fields[i] = field_of(i < 18 ? name : last_name, values[i]);
  }
  for (i = 0; i < 2; ++i) {
    readers[i].flags = flags;
    CHECK_EQUAL(baton_extract(chain, &readers[i], context, NULL, NULL), BATON_OK);
    CHECK_EQUAL(baton_context_trace_id(context, digits), BATON_OK);
    check_text(text_of(digits + 30), expected, "the trace id", __FILE__, line);
  }
  CHECK(request.visits > 1);
  baton_context_free(context);
  baton_chain_free(chain);
}

static void test_one_of_many_fields(void) {
  static const char exact[] = "x-amzn-trace-id";
  static const char other[] = "X-Amzn-Trace-Id";
  check_one_of_many(exact, other, BATON_NAMES_WITHOUT_CASE, "00", __LINE__);
  check_one_of_many(exact, other, BATON_NAMES_WITHOUT_CASE | BATON_LAST_FIELD_COUNTS, "19",
                    __LINE__);
  check_one_of_many(exact, other, BATON_LAST_FIELD_COUNTS, "17", __LINE__);
  check_one_of_many(other, exact, BATON_EXACT_NAMES_FIRST, "18", __LINE__);
  check_one_of_many(other, exact, BATON_EXACT_NAMES_FIRST | BATON_LAST_FIELD_COUNTS, "19",
                    __LINE__);
  check_one_of_many(other, other, BATON_EXACT_NAMES_FIRST, "00", __LINE__);
}

static void check_names(const baton_chain* chain, uint32_t flags, const char* expected, int line) {
  const baton_field fields[] = {
      field_of("X-B3-TraceId", "000000000000000a"), field_of("X-B3-SpanId", "000000000000000b"),
      field_of("x-b3-traceid", "000000000000000c"), field_of("x-b3-traceid", "000000000000000d"),
      field_of("x-b3-spanid", "000000000000000e"),  field_of("X-B3-TRACEID", "000000000000000f")};
  baton_context* context = new_context();
  baton_reader reader = reader_of(fields, 6);
  char digits[33];
  reader.flags = flags;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_trace_id(context, digits), BATON_OK);
  check_text(text_of(digits + 31), expected, "the trace id", __FILE__, line);
  baton_context_free(context);
}

static void test_names(void) {
  baton_chain* chain = new_chain("b3multi");
  check_names(chain, BATON_NAMES_WITHOUT_CASE | BATON_LAST_FIELD_COUNTS, "f", __LINE__);
  check_names(chain, BATON_EXACT_NAMES_FIRST | BATON_LAST_FIELD_COUNTS, "d", __LINE__);
  check_names(chain, BATON_LAST_FIELD_COUNTS, "d", __LINE__);
  baton_chain_free(chain);
}

static void test_binary_fields(void) {
  static const char bytes[] =
      "\0\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\1\21\22\23\24\25\26\27\30\2\1";
  baton_chain* chain = new_chain("opencensus");
  baton_field field = {"grpc-trace-bin", 14, bytes, 29};
  baton_context* context = new_context();
  baton_reader reader = reader_of(&field, 1);
  reader.flags = BATON_BINARY_FIELDS;
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_PARENT(context, "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01");
  reader.flags = 0; /* then it is base64, which this is not */
  CHECK_EQUAL(baton_extract(chain, &reader, context, NULL, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_has_span(context), 0);
  baton_context_free(context);
  baton_chain_free(chain);
}

static void test_report(const baton_chain* chain) {
  const baton_field fields[] = {field_of("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00"),
                                field_of("baggage", "a=1,b")};
  baton_context* context = new_context();
  baton_report* report = new_report();
  baton_reader reader = reader_of(fields, 2);
  baton_issue issue = BATON_INIT(baton_issue);
  CHECK_EQUAL(baton_extract(chain, &reader, context, report, NULL), BATON_OK);
  CHECK_EQUAL(baton_report_found(report), BATON_FOUND_BAGGAGE);
  CHECK_EQUAL(baton_report_issue_count(report), 2);
  CHECK_EQUAL(baton_report_issue(report, 0, &issue), BATON_OK);
  CHECK_TEXT(issue.field, "traceparent");
  CHECK_TEXT(baton_issue_name(issue.code), "too_short");
  CHECK_EQUAL(baton_report_issue(report, 1, &issue), BATON_OK);
  CHECK_TEXT(issue.field, "baggage");
  CHECK_EQUAL(issue.offset, 5);
  CHECK_EQUAL(baton_report_issue(report, 2, &issue), BATON_ERROR_ABSENT);
  CHECK_TEXT(baton_report_format(report), "");
  reader = reader_of(NULL, 0);
  CHECK_EQUAL(baton_extract(chain, &reader, context, report, NULL), BATON_OK);
  CHECK_EQUAL(baton_report_found(report), BATON_FOUND_NOTHING);
  CHECK_EQUAL(baton_report_issue_count(report), 0);
  baton_report_free(report);
  baton_context_free(context);
}

static void test_several_formats(void) {
  const baton_field fields[] = {
      field_of("traceparent", PARENT),
      field_of("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")};
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_context* context = new_context();
  baton_report* report = new_report();
  baton_reader reader = reader_of(fields, 2);
  baton_chain* chain = new_chain("tracecontext,b3");
  CHECK_EQUAL(baton_extract(chain, &reader, context, report, NULL), BATON_OK);
  CHECK_TEXT(baton_report_format(report), "b3");
  CHECK_TEXT(baton_report_disagreeing_format(report), "tracecontext");
  baton_chain_free(chain);
  options.extract = "tracecontext,b3";
  options.policy = BATON_FIRST_MATCH;
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
  CHECK_EQUAL(baton_extract(chain, &reader, context, report, NULL), BATON_OK);
  CHECK_EQUAL(baton_report_found(report), BATON_FOUND_SPAN_CONTEXT);
  CHECK_TEXT(baton_report_format(report), "tracecontext");
  CHECK_PARENT(context, PARENT);
  baton_chain_free(chain);
  baton_report_free(report);
  baton_context_free(context);
}

void test_extraction(void) {
  baton_chain* chain = new_chain(NULL);
  test_array_and_callback(chain);
  test_many_fields(chain);
  test_one_of_many_fields();
  test_names();
  test_binary_fields();
  test_report(chain);
  test_several_formats();
  baton_chain_free(chain);
}
