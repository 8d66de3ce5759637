/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "check.h"

void test_versions(void) {
  baton_error error;
  CHECK_EQUAL(baton_abi_version(), BATON_ABI_VERSION);
  CHECK_STRING(baton_version(), EXPECTED_VERSION);
  for (error = BATON_OK; error <= BATON_ERROR_SCOPE; ++error) {
    CHECK(strcmp(baton_error_text(error), "unknown error") != 0);
  }
  CHECK_STRING(baton_error_text(BATON_ERROR_SCOPE + 1), "unknown error");
  CHECK_STRING(baton_error_text(-1), "unknown error");
  CHECK_TEXT(baton_issue_text(5), "not a lowercase hexadecimal digit");
  CHECK_TEXT(baton_issue_name(5), "bad_hex");
  CHECK_TEXT(baton_issue_text(0), "unknown error");
  CHECK_TEXT(baton_issue_name(4000000000U), "unknown");
}

static void test_defaults(void) {
  baton_chain* chain = NULL;
  baton_text name;
  char message[64] = "?";
  CHECK_EQUAL(baton_chain_new(NULL, &chain, message, sizeof message), BATON_OK);
  CHECK_STRING(message, "");
  CHECK_EQUAL(baton_chain_field(chain, 0, &name), BATON_OK);
  CHECK_TEXT(name, "traceparent");
  CHECK_EQUAL(baton_chain_field(chain, 1, &name), BATON_OK);
  CHECK_TEXT(name, "tracestate");
  CHECK_EQUAL(baton_chain_field(chain, 2, &name), BATON_OK);
  CHECK_TEXT(name, "baggage");
  CHECK_EQUAL(baton_chain_field(chain, 3, &name), BATON_ERROR_ABSENT);
  CHECK_EQUAL(baton_chain_owns(chain, "TraceParent", 11), 1);
  CHECK_EQUAL(baton_chain_owns(chain, "b3", 2), 0);
  baton_chain_free(chain);
}

/* A list without a name counts as null, as in the environment. */
static void test_lists_without_names(void) {
  static const char* const lists[] = {"", " ", " ,\t,"};
  size_t i;
  for (i = 0; i < sizeof lists / sizeof *lists; ++i) {
    baton_chain_options options = BATON_INIT(baton_chain_options);
    baton_chain* chain = NULL;
    baton_text name;
    options.extract = options.inject = lists[i];
    options.destinations = options.callers = "";
    CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
    CHECK_EQUAL(baton_chain_owns(chain, "traceparent", 11), 1);
    CHECK_EQUAL(baton_chain_owns(chain, "baggage", 7), 1);
    CHECK_EQUAL(baton_chain_restricts(chain, "anyone", 6), 0);
    baton_chain_free(chain);

    options.extract = "b3";
    CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
    CHECK_EQUAL(baton_chain_field(chain, 0, &name), BATON_OK);
    CHECK_TEXT(name, "b3");
    baton_chain_free(chain);

    options.extract = "none";
    CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_OK);
    CHECK_EQUAL(baton_chain_field(chain, 0, &name), BATON_ERROR_ABSENT);
    baton_chain_free(chain);
  }
}

/* What is only read is among the names, too: a proxy asks for them. */
static void test_names_that_are_read(void) {
  baton_chain* chain = new_chain("b3");
  baton_text name;
  size_t count = 0;
  int has_sampled = 0;
  while (baton_chain_field(chain, count, &name) == BATON_OK) {
    has_sampled |= name.size == 12 && memcmp(name.data, "x-b3-sampled", 12) == 0;
    ++count;
  }
  CHECK_EQUAL(count, 6);
  CHECK(has_sampled);
  baton_chain_free(chain);
}

static void test_errors_of_configuration(void) {
  baton_chain_options options = BATON_INIT(baton_chain_options);
  baton_chain* chain = (baton_chain*)&options;
  char message[400];
  char small[8] = "???????";
  options.extract = "tracecontext,b4";
  CHECK_EQUAL(baton_chain_new(&options, &chain, message, sizeof message),
              BATON_ERROR_CONFIGURATION);
  CHECK(chain == NULL);
  CHECK(strstr(message, "unknown propagator 'b4'") == message);
  CHECK_EQUAL(baton_chain_new(&options, &chain, small, sizeof small), BATON_ERROR_CONFIGURATION);
  CHECK_STRING(small, "unknown");
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 100), BATON_ERROR_CONFIGURATION);
  CHECK_EQUAL(baton_chain_new(&options, &chain, small, 0), BATON_ERROR_CONFIGURATION);
  CHECK_STRING(small, "unknown");

  options.extract = NULL;
  options.callers = "keep_id";
  options.destinations = "*: al";
  CHECK_EQUAL(baton_chain_new(&options, &chain, message, sizeof message),
              BATON_ERROR_CONFIGURATION);
  CHECK(strstr(message, "destinations: unknown word 'al'") == message);
  CHECK(strstr(message, "callers: unknown word 'keep_id'") != NULL);

  options.size = 1;
  CHECK_EQUAL(baton_chain_new(&options, &chain, message, sizeof message), BATON_ERROR_SIZE);
  CHECK_STRING(message, "");
  options.size = sizeof options;
  options.callers = options.destinations = NULL;
  options.policy = 2;
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_ERROR_ARGUMENT);
  options.policy = BATON_FIRST_MATCH;
  options.flags = 4;
  CHECK_EQUAL(baton_chain_new(&options, &chain, NULL, 0), BATON_ERROR_ARGUMENT);
  CHECK(chain == NULL);
}

static void test_environment(void) {
  baton_chain* chain = NULL;
  char message[200];
  setenv("OTEL_PROPAGATORS", "b3,nonsense", 1);
  CHECK_EQUAL(baton_chain_from_environment(&chain, message, sizeof message),
              BATON_ERROR_CONFIGURATION);
  CHECK(strstr(message, "nonsense") != NULL);
  CHECK_EQUAL(baton_chain_owns(chain, "b3", 2), 1);
  baton_chain_free(chain);
  setenv("OTEL_PROPAGATORS", "jaeger", 1);
  CHECK_EQUAL(baton_chain_from_environment(&chain, message, sizeof message), BATON_OK);
  CHECK_STRING(message, "");
  CHECK_EQUAL(baton_chain_owns(chain, "uber-trace-id", 13), 1);
  baton_chain_free(chain);
  strcpy(message, "?");
  CHECK_EQUAL(baton_chain_from_environment(NULL, message, sizeof message), BATON_ERROR_ARGUMENT);
  CHECK_STRING(message, "");
}

/* The first look at the global chain reads the environment. */
static void test_global_chain(void) {
  const baton_chain* old = baton_chain_global();
  baton_chain* chain = new_chain("b3");
  baton_chain* copy = NULL;
  CHECK(old != NULL);
  CHECK_EQUAL(baton_chain_owns(old, "uber-trace-id", 13), 1);
  CHECK_EQUAL(baton_chain_set_global(chain), BATON_OK);
  CHECK_EQUAL(baton_chain_owns(baton_chain_global(), "uber-trace-id", 13), 0);
  CHECK_EQUAL(baton_chain_owns(baton_chain_global(), "b3", 2), 1);
  CHECK_EQUAL(baton_chain_owns(old, "uber-trace-id", 13), 1);
  CHECK_EQUAL(baton_chain_copy(chain, &copy), BATON_OK);
  baton_chain_free(chain);
  CHECK_EQUAL(baton_chain_owns(copy, "b3", 2), 1);
  CHECK_EQUAL(baton_chain_set_global(old), BATON_OK);
  CHECK_EQUAL(baton_chain_owns(baton_chain_global(), "uber-trace-id", 13), 1);
  baton_chain_free(copy);
}

void test_chains(void) {
  test_defaults();
  test_lists_without_names();
  test_names_that_are_read();
  test_errors_of_configuration();
  test_environment();
  test_global_chain();
}
