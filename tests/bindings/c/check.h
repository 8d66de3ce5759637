/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BINDINGS_C_CHECK_H
#define TESTS_BINDINGS_C_CHECK_H

#include <baton/baton.h>
#include <stddef.h>

/* Checks that count failures, and go on. */

extern int failures;

void check(int is_true, const char* what, const char* file, int line);
void check_number(long long number, long long expected, const char* what, const char* file,
                  int line);
void check_text(baton_text text, const char* expected, const char* what, const char* file,
                int line);

#define CHECK(condition) check(!!(condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(number, expected) \
  check_number((long long)(number), (long long)(expected), #number, __FILE__, __LINE__)
#define CHECK_TEXT(text, expected) check_text(text, expected, #text, __FILE__, __LINE__)
#define CHECK_STRING(string, expected) CHECK_TEXT(text_of(string), expected)

baton_text text_of(const char* string);

/* What tests share: each ends the program if it fails. */

#define PARENT "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define OTHER_PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

/** The defaults if `formats` is null. */
baton_chain* new_chain(const char* formats);
baton_context* new_context(void);
baton_report* new_report(void);

baton_field field_of(const char* name, const char* value);

/** Of fields whose names have no case. */
baton_reader reader_of(const baton_field* fields, size_t count);

/** A context with the ids of PARENT. */
baton_context* context_of_parent(void);

/* The tests. */

void test_versions(void);
void test_chains(void);
void test_contexts(void);
void test_tracestate(void);
void test_baggage(void);
void test_extraction(void);
void test_injection(void);
void test_trust(void);
void test_scopes(void);
void test_counts(void);
void test_null_pointers(void);
void test_sizes(void);

#endif
