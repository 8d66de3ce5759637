/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "check.h"

/* Writes what is visited as "key=value;" into a buffer, up to a limit of visits. */
struct seen {
  char text[200];
  int limit;
};

static int32_t see(void* argument, const char* name, size_t name_size, const char* value,
                   size_t value_size) {
  struct seen* seen = argument;
  size_t used = strlen(seen->text);
  snprintf(seen->text + used, sizeof seen->text - used, "%.*s=%.*s;", (int)name_size, name,
           (int)value_size, value);
  return --seen->limit == 0;
}

void test_tracestate(void) {
  baton_context* context = context_of_parent();
  baton_issue issue = BATON_INIT(baton_issue);
  baton_text value;
  struct seen seen = {"", 0};
  CHECK_EQUAL(baton_context_set_tracestate(context, " rojo=1 , congo=2", 17, &issue), BATON_OK);
  CHECK_TEXT(baton_context_tracestate(context), "rojo=1,congo=2");
  CHECK_EQUAL(baton_context_tracestate_member(context, "congo", 5, &value), BATON_OK);
  CHECK_TEXT(value, "2");
  CHECK_EQUAL(baton_context_tracestate_member(context, "verde", 5, &value), BATON_ERROR_ABSENT);
  CHECK_TEXT(value, "");
  CHECK_EQUAL(baton_context_visit_tracestate(context, see, &seen), BATON_OK);
  CHECK_STRING(seen.text, "rojo=1;congo=2;");
  seen.text[0] = '\0';
  seen.limit = 1;
  CHECK_EQUAL(baton_context_visit_tracestate(context, see, &seen), BATON_OK);
  CHECK_STRING(seen.text, "rojo=1;");

  CHECK_EQUAL(baton_context_set_tracestate_member(context, "congo", 5, "3", 1, NULL), BATON_OK);
  CHECK_TEXT(baton_context_tracestate(context), "congo=3,rojo=1");
  CHECK_EQUAL(baton_context_set_tracestate_member(context, "co ngo", 6, "3", 1, &issue),
              BATON_ERROR_SYNTAX);
  CHECK_TEXT(baton_issue_name(issue.code), "bad_key");
  CHECK_EQUAL(issue.offset, 2);
  CHECK_EQUAL(baton_context_set_tracestate(context, "a=1,b", 5, &issue), BATON_ERROR_SYNTAX);
  CHECK_TEXT(baton_issue_name(issue.code), "missing_equals");
  CHECK_TEXT(baton_context_tracestate(context), "congo=3,rojo=1");
  CHECK_EQUAL(baton_context_erase_tracestate_member(context, "rojo", 4), BATON_OK);
  CHECK_EQUAL(baton_context_erase_tracestate_member(context, "rojo", 4), BATON_ERROR_ABSENT);
  CHECK_TEXT(baton_context_tracestate(context), "congo=3");
  CHECK_EQUAL(baton_context_erase_tracestate_member(context, "congo", 5), BATON_OK);
  CHECK_TEXT(baton_context_tracestate(context), "");
  CHECK_EQUAL(baton_context_has_span(context), 1);
  baton_context_free(context);
}

static int32_t see_member(void* argument, const baton_member* member) {
  struct seen* seen = argument;
  size_t i;
  CHECK_EQUAL(member->size, sizeof *member);
  see(seen, member->key.data, member->key.size, member->value.data, member->value.size);
  for (i = 0; i < member->property_count; ++i) {
    const baton_property* property = &member->properties[i];
    size_t used = strlen(seen->text);
    seen->text[used - 1] = '&';
    if (property->value.data == NULL) {
      snprintf(seen->text + used, sizeof seen->text - used, "%.*s;", (int)property->key.size,
               property->key.data);
    } else {
      ++seen->limit;
      see(seen, property->key.data, property->key.size, property->value.data, property->value.size);
    }
  }
  return seen->limit == 1;
}

static void test_members(baton_context* context) {
  static const char text[] = "city=K%C3%B6ln;p;q=%20x,plain=1";
  struct seen seen = {"", 0};
  char value[8];
  size_t size = 99;
  CHECK_EQUAL(baton_context_set_baggage(context, text, strlen(text), NULL), BATON_OK);
  CHECK_TEXT(baton_context_baggage(context), text);
  CHECK_EQUAL(baton_context_visit_baggage(context, see_member, &seen), BATON_OK);
  CHECK_STRING(seen.text, "city=K\xc3\xb6ln&p&q= x;plain=1;");
  seen = (struct seen){"", 0};
  CHECK_EQUAL(baton_context_set_baggage(context, "k=v;p=1;q", 9, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_visit_baggage(context, see_member, &seen), BATON_OK);
  CHECK_STRING(seen.text, "k=v&p=1&q;");
  CHECK_EQUAL(baton_context_set_baggage(context, text, strlen(text), NULL), BATON_OK);
  CHECK_EQUAL(baton_context_baggage_value(context, "city", 4, value, sizeof value, &size),
              BATON_OK);
  CHECK_EQUAL(size, 5);
  CHECK(memcmp(value, "K\xc3\xb6ln", 5) == 0);
  CHECK_EQUAL(baton_context_baggage_value(context, "city", 4, value, 5, &size), BATON_OK);
  CHECK_EQUAL(baton_context_baggage_value(context, "city", 4, value, 4, &size), BATON_ERROR_SPACE);
  CHECK_EQUAL(size, 5);
  CHECK_EQUAL(baton_context_baggage_value(context, "city", 4, NULL, 0, &size), BATON_ERROR_SPACE);
  CHECK_EQUAL(size, 5);
  CHECK_EQUAL(baton_context_baggage_value(context, "town", 4, value, 8, &size), BATON_ERROR_ABSENT);
  CHECK_EQUAL(size, 0);
}

static void test_changes_of_members(baton_context* context) {
  baton_member member = BATON_INIT(baton_member);
  baton_property properties[2] = {{{"ttl", 3}, {"6 0", 3}}, {{"own", 3}, {NULL, 0}}};
  baton_issue issue = BATON_INIT(baton_issue);
  member.key = text_of("plain");
  member.value = text_of("a,b");
  member.properties = properties;
  member.property_count = 2;
  CHECK_EQUAL(baton_context_set_baggage_member(context, &member, &issue), BATON_OK);
  CHECK_TEXT(baton_context_baggage(context), "city=K%C3%B6ln;p;q=%20x,plain=a%2Cb;ttl=6%200;own");
  properties[1].key = text_of("o wn");
  CHECK_EQUAL(baton_context_set_baggage_member(context, &member, &issue), BATON_ERROR_SYNTAX);
  CHECK_TEXT(baton_issue_name(issue.code), "bad_property");
  member.property_count = 0;
  member.key = text_of("");
  CHECK_EQUAL(baton_context_set_baggage_member(context, &member, &issue), BATON_ERROR_SYNTAX);
  CHECK_TEXT(baton_issue_name(issue.code), "bad_key");
  member.key = text_of("new");
  member.value.data = NULL;
  member.properties = NULL;
  CHECK_EQUAL(baton_context_set_baggage_member(context, &member, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_erase_baggage_member(context, "city", 4), BATON_OK);
  CHECK_EQUAL(baton_context_erase_baggage_member(context, "city", 4), BATON_ERROR_ABSENT);
  CHECK_TEXT(baton_context_baggage(context), "plain=a%2Cb;ttl=6%200;own,new=");
  CHECK_EQUAL(baton_context_set_baggage(context, "a=1,b", 5, &issue), BATON_ERROR_SYNTAX);
  CHECK_TEXT(baton_issue_name(issue.code), "missing_equals");
  CHECK_EQUAL(issue.offset, 5);
  CHECK_TEXT(baton_context_baggage(context), "plain=a%2Cb;ttl=6%200;own,new=");
  CHECK_EQUAL(baton_context_set_baggage(context, NULL, 0, NULL), BATON_OK);
  CHECK_TEXT(baton_context_baggage(context), "");
}

static int32_t count_to_two(void* argument, const baton_member* member) {
  (void)member;
  return ++*(int*)argument == 2;
}

static void test_last_members(baton_context* context) {
  int count = 0;
  CHECK_EQUAL(baton_context_set_baggage(context, "a=1,b=2,c=3", 11, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_visit_baggage(context, count_to_two, &count), BATON_OK);
  CHECK_EQUAL(count, 2);
  CHECK_EQUAL(baton_context_set_baggage(context, "a=1", 3, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_erase_baggage_member(context, "a", 1), BATON_OK);
  CHECK_TEXT(baton_context_baggage(context), "");
}

static int32_t clear_while_visited(void* argument, const baton_member* member) {
  baton_context* context = argument;
  CHECK_EQUAL(baton_context_clear(context), BATON_OK);
  CHECK_TEXT(member->key, member->value.size == 1 ? "a" : "b");
  return 0;
}

void test_baggage(void) {
  baton_context* context = new_context();
  test_members(context);
  test_changes_of_members(context);
  test_last_members(context);
  CHECK_EQUAL(baton_context_set_baggage(context, "a=1,b=22", 8, NULL), BATON_OK);
  CHECK_EQUAL(baton_context_visit_baggage(context, clear_while_visited, context), BATON_OK);
  CHECK_TEXT(baton_context_baggage(context), "");
  baton_context_free(context);
}
