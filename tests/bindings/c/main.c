/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

int failures = 0;

static void fail(const char* what, const char* file, int line) {
  ++failures;
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

void check(int is_true, const char* what, const char* file, int line) {
  if (!is_true) fail(what, file, line);
}

void check_number(long long number, long long expected, const char* what, const char* file,
                  int line) {
  if (number == expected) return;
  fail(what, file, line);
  fprintf(stderr, "  is %lld, not %lld\n", number, expected);
}

void check_text(baton_text text, const char* expected, const char* what, const char* file,
                int line) {
  if (text.data != NULL && text.size == strlen(expected) &&
      memcmp(text.data, expected, text.size) == 0) {
    return;
  }
  fail(what, file, line);
  fprintf(stderr, "  is '%.*s', not '%s'\n", (int)text.size, text.data, expected);
}

baton_text text_of(const char* string) {
  baton_text text = {string, strlen(string)};
  return text;
}

static void must(baton_error error) {
  if (error == BATON_OK) return;
  fprintf(stderr, "cannot go on: %s\n", baton_error_text(error));
  exit(1);
}

baton_chain* new_chain(const char* formats) {
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_chain* chain = NULL;
  options.extract = formats;
  must(baton_chain_new(&options, &chain, NULL, 0));
  return chain;
}

baton_context* new_context(void) {
  baton_context* context = NULL;
  must(baton_context_new(&context));
  return context;
}

baton_report* new_report(void) {
  baton_report* report = NULL;
  must(baton_report_new(&report));
  return report;
}

baton_field field_of(const char* name, const char* value) {
  baton_field field = {name, strlen(name), value, strlen(value)};
  return field;
}

baton_reader reader_of(const baton_field* fields, size_t count) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.fields = fields;
  reader.field_count = count;
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  return reader;
}

baton_context* context_of_parent(void) {
  baton_context* context = new_context();
  must(baton_context_set_traceparent(context, PARENT, strlen(PARENT), NULL));
  return context;
}

int main(void) {
  test_versions();
  test_chains();
  test_contexts();
  test_tracestate();
  test_baggage();
  test_extraction();
  test_injection();
  test_trust();
  test_scopes();
  test_counts();
  test_null_pointers();
  test_sizes();
  if (failures == 0) puts("all is well");
  return failures == 0 ? 0 : 1;
}
