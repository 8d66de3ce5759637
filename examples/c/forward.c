/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the header fields of a request from standard input, as "name: value" in lines, and writes
 * those of the request that a service would send on: the fields that are not about tracing, and the
 * caller's context in the formats that are written.
 *
 *     printf 'b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1\naccept: text/html\n' |
 *       forward tracecontext,baggage,b3 tracecontext,baggage
 */
#include <baton/baton.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 100, MAX_LINE = 10000 };

struct request {
  baton_field fields[MAX_FIELDS];
  char* lines[MAX_FIELDS];
  size_t count;
};

static int read_request(struct request* request) {
  char line[MAX_LINE];
  while (request->count < MAX_FIELDS && fgets(line, sizeof line, stdin) != NULL) {
    size_t size = strcspn(line, "\r\n");
    char* kept = malloc(size + 1);
    const char* colon;
    if (kept == NULL) return 0;
    memcpy(kept, line, size);
    kept[size] = '\0';
    colon = strchr(kept, ':');
    if (colon == NULL) {
      free(kept);
      continue;
    }
    request->lines[request->count] = kept;
    request->fields[request->count].name = kept;
    request->fields[request->count].name_size = (size_t)(colon - kept);
    request->fields[request->count].value = colon + 1;
    request->fields[request->count].value_size = size - (size_t)(colon - kept) - 1;
    ++request->count;
  }
  return 1;
}

static void free_request(struct request* request) {
  while (request->count > 0) free(request->lines[--request->count]);
}

static int32_t print_field(void* carrier, const char* name, size_t name_size, const char* value,
                           size_t value_size) {
  return fprintf(carrier, "%.*s: %.*s\n", (int)name_size, name, (int)value_size, value) < 0;
}

/* Fields of the formats must not be copied: the context is written anew. */
static void print_other_fields(const baton_chain* chain, const struct request* request) {
  for (size_t i = 0; i < request->count; ++i) {
    const baton_field* field = &request->fields[i];
    if (baton_chain_owns(chain, field->name, field->name_size)) continue;
    printf("%s\n", request->lines[i]);
  }
}

static void print_issues(const baton_report* report) {
  baton_issue issue = BATON_INIT(baton_issue);
  for (size_t i = 0; baton_report_issue(report, i, &issue) == BATON_OK; ++i) {
    const baton_text text = baton_issue_text(issue.code);
    fprintf(stderr, "%.*s: %.*s at byte %u\n", (int)issue.field.size, issue.field.data,
            (int)text.size, text.data, (unsigned)issue.offset);
  }
}

static baton_error forward(const baton_chain* chain, const struct request* request) {
  baton_context* context = NULL;
  baton_report* report = NULL;
  baton_reader reader = BATON_INIT(baton_reader);
  baton_writer writer = BATON_INIT(baton_writer);
  baton_error error = baton_context_new(&context);
  if (error == BATON_OK) error = baton_report_new(&report);
  reader.fields = request->fields;
  reader.field_count = request->count;
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  if (error == BATON_OK) error = baton_extract(chain, &reader, context, report, NULL);
  print_issues(report);
  print_other_fields(chain, request);
  writer.set = print_field;
  writer.carrier = stdout;
  if (error == BATON_OK) error = baton_inject(chain, context, &writer, NULL, 0);
  baton_report_free(report);
  baton_context_free(context);
  return error;
}

int main(int argc, char** argv) {
  static struct request request;
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_chain* chain = NULL;
  char message[400];
  baton_error error;
  if (argc > 1) options.extract = argv[1];
  if (argc > 2) options.inject = argv[2];
  error = baton_chain_new(&options, &chain, message, sizeof message);
  if (error != BATON_OK) {
    fprintf(stderr, "forward: %s\n", message[0] != '\0' ? message : baton_error_text(error));
    return 2;
  }
  error = read_request(&request) ? forward(chain, &request) : BATON_ERROR_MEMORY;
  if (error != BATON_OK) fprintf(stderr, "forward: %s\n", baton_error_text(error));
  free_request(&request);
  baton_chain_free(chain);
  return error == BATON_OK ? 0 : 1;
}
