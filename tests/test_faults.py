# SPDX-License-Identifier: Apache-2.0
"""Every call into a library of others that can fail is made to fail by a test, or argued: checks
each call of the tree against one table. With `--json` it says how many of each there are."""

import json
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("carriers", "bindings", "exporter", "include", "testing", "tools", "examples")

# The C libraries' functions, by their names. nginx calls those that a directive names.
CALL = re.compile(r"\b((?:rd_kafka_|amqp_|(?:init|recycle|empty)_amqp_|redis[A-Z]|freeReply|curl_|"
                  r"ngx_)\w+)(?:\s*\(|(?<=_slot),)")

# What a test makes fail by its name: the first function that a macro such as BATON_FAULT names.
FAULT = re.compile(r"^BATON_(?:(?:FAULT|WRAP)\([^,()]+,\s*|OPTION_FAULT\()(\w+),", re.M)

CELERY = "tests/carriers/celery/faults_test.cpp"
CLIENTS = "tests/carriers/kafka/faults_test.cpp"
CURL = "tests/carriers/curl/faults_test.cpp"

# What fails for real: the test's file, and its name there.
REAL = {
    "amqp_basic_consume": (CELERY, "ABrokerThatEndsIsAnErrorAtEveryByte"),
    "amqp_basic_qos": (CELERY, "ABrokerThatEndsIsAnErrorAtEveryByte"),
    "amqp_channel_open": (CELERY, "ABrokerThatEndsIsAnErrorAtEveryByte"),
    "amqp_login": (CELERY, "ABrokerThatEndsIsAnErrorAtEveryByte"),
    "amqp_queue_declare": (CELERY, "ABrokerThatEndsIsAnErrorAtEveryByte"),
    "rd_kafka_new": ("tests/carriers/kafka/ownership_test.cpp",
                     "AConfigurationStaysTheCallersIfItMakesNoProducer"),
}

# What does not fail, or need not be told from success.
ARGUED = {
    "amqp_cstring_bytes": "a view of a text",
    "amqp_destroy_connection": "frees, whatever the state of the connection",
    "amqp_error_string2": "a constant text for any number",
    "amqp_maybe_release_buffers": "recycles memory",
    "curl_easy_cleanup": "frees; takes null",
    "curl_easy_init": "of an example: without a handle, each call says CURLE_BAD_FUNCTION_ARGUMENT",
    "curl_easy_strerror": "a constant text for any number",
    "curl_free": "frees; takes null",
    "curl_global_cleanup": "frees",
    "curl_global_init": "of an example: without it, curl_easy_init tries again and fails",
    "curl_multi_add_handle": "of an example: the call is then cancelled, since nothing ends it",
    "curl_multi_cleanup": "frees; takes null",
    "curl_multi_info_read": "null is the end of what it has",
    "curl_multi_init": "of an example: without a handle, curl_multi_perform says CURLM_BAD_HANDLE",
    "curl_multi_perform": "of an example, which then ends its loop",
    "curl_multi_poll": "of an example, which then ends its loop",
    "curl_multi_remove_handle": "of an example: curl_multi_cleanup does it as well",
    "curl_multi_strerror": "a constant text for any number",
    "curl_slist_free_all": "frees; takes null",
    "curl_url_cleanup": "frees; takes null",
    "empty_amqp_pool": "frees",
    "freeReplyObject": "frees; takes null",
    "init_amqp_pool": "sets members",
    "ngx_conf_log_error": "logs",
    "ngx_conf_merge_uint_value": "a macro: assigns",
    "ngx_conf_merge_value": "a macro: assigns",
    "ngx_hash": "a macro: computes",
    "ngx_http_conf_get_module_loc_conf": "a macro: looks up what nginx made before",
    "ngx_http_conf_get_module_main_conf": "a macro: looks up what nginx made before",
    "ngx_http_cycle_get_module_main_conf": "a macro: null is checked, and is what `http` lacks",
    "ngx_log_error": "logs",
    "ngx_string": "a macro: a constant text",
    "rd_kafka_conf_destroy": "frees",
    "rd_kafka_conf_interceptor_add_on_conf_destroy": "its list takes any number of one name",
    "rd_kafka_conf_new": "librdkafka ends the process if it has no memory",
    "rd_kafka_conf_set": "of an example: a property that each librdkafka has, with a valid value",
    "rd_kafka_destroy": "frees, and waits",
    "rd_kafka_err2name": "a constant text for any number",
    "rd_kafka_error_code": "reads; null is no error",
    "rd_kafka_error_destroy": "frees",
    "rd_kafka_handle_mock_cluster": "of an example, whose configuration asks for the cluster",
    "rd_kafka_header_cnt": "reads a number",
    "rd_kafka_header_get_all": "fails beyond the end alone, and each loop ends there",
    "rd_kafka_headers_destroy": "frees",
    "rd_kafka_message_set_headers": "assigns, and frees what was there",
    "rd_kafka_message_timestamp": "-1 comes with the type `not available`, which is checked",
    "rd_kafka_mock_broker_error_stack_cnt": "of an example's mock cluster, which outlives it",
    "rd_kafka_mock_broker_push_request_error_rtts": "the same",
    "rd_kafka_mock_cluster_bootstraps": "reads a text",
    "rd_kafka_mock_cluster_destroy": "frees",
    "rd_kafka_mock_cluster_new": "of an example, which throws then",
    "rd_kafka_mock_topic_create": "of an example, which throws then",
    "rd_kafka_topic_name": "reads a text; a null topic is checked before",
    "recycle_amqp_pool": "marks memory as free",
    "redisFree": "frees; takes null",
}

# Interfaces of C++, whose calls have no names to search for: what may fail there, and the test.
OBJECTS = [
    ("RdKafka::Headers::add refuses", "tests/carriers/kafka/list_faults_test.cpp",
     "AListOfTheCppInterfaceThatRefusesAHeader"),
    ("RdKafka::Headers::remove refuses", "tests/carriers/kafka/list_faults_test.cpp",
     "NothingIsMixedWithAHeaderThatCannotBeRemoved"),
    ("RdKafka::Producer::produce refuses", "tests/carriers/kafka/ownership_test.cpp",
     "AListOfTheCppInterfaceStaysTheCallersToo"),
    ("the plugin is refused", "tests/carriers/kafka/instrument_faults_test.cpp",
     "AConfigurationIsRefusedWithAReason"),
    ("Kafka: down in a transaction, under sanitizers", CLIENTS, "ABrokerThatIsDownInATransaction"),
    ("gRPC: the connection breaks at any byte", "tests/carriers/grpc/call_test.cpp",
     "AConnectionThatBreaksEndsTheSpansOfBothEnds"),
    ("gRPC: a call is never sent, or given up", "tests/carriers/grpc/span_test.cpp",
     "OfACallThatIsGivenUpEndsWithIt"),
    ("gRPC: metadata that gRPC would refuse", "tests/carriers/grpc/metadata_test.cpp",
     "WhatGrpcRefusesIsLeftOut"),
    ("gRPC: no memory", "tests/carriers/grpc/memory_test.cpp",
     "InjectThrowsAndLeavesNoLoneDecision"),
    ("gRPC: an attempt fails and is made again", "tests/carriers/grpc/span_test.cpp",
     "ARetriedCallHasOneAtTheClient"),
    ("Beast: nobody listens", "tests/exporter/failure_test.cpp", "NobodyListens"),
    ("Beast: the server ends in the middle", "tests/exporter/failure_test.cpp",
     "ABackendKilledInTheMiddleOfARequest"),
    ("Beast: an answer breaks off", "tests/exporter/failure_test.cpp",
     "AnAnswerThatBreaksOffHasItsStatus"),
    ("Beast: an answer is garbage", "tests/exporter/failure_test.cpp", "GarbageIsNoAnswer"),
    ("Asio: no socket, no thread", "tests/exporter/shortage_test.cpp", "OfDescriptors"),
    ("curl: a server breaks off", CURL, "AServerThatBreaksOff"),
    ("nginx: an upstream ends in the middle", "tests/bindings/nginx/test_hostility.py",
     "test_cut_short"),
    ("Kafka: killed", "tests/carriers/kafka/broker/test_broker.py",
     "test_killed_and_started_again"),
    ("Kafka: killed in a transaction", "tests/carriers/kafka/broker/test_broker.py",
     "test_killed_in_a_transaction"),
    ("RabbitMQ: killed", "tests/carriers/amqp/test_rabbitmq.py",
     "test_killed_and_started_again"),
    ("RabbitMQ: short of memory", "tests/carriers/amqp/test_rabbitmq.py", "test_memory_alarm"),
    ("Redis: killed", "tests/carriers/celery/broker/test_celery.py",
     "test_redis_killed_and_started_again"),
]  # fmt: skip


def read(path):
    return (ROOT / path).read_text("utf-8")


def calls_in(text):
    """The functions that it calls, without its texts and comments."""
    no_code = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\])\'|//[^\n]*|/\*.*?\*/'
    return set(CALL.findall(re.sub(no_code, " ", text, flags=re.S)))


def calls():
    """The functions that the tree calls, each with a file that does."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".c", ".cpp", ".h", ".hpp"):
                found.update(dict.fromkeys(calls_in(path.read_text("utf-8")), path))
    return found


def injected():
    """The functions that a test makes fail. The test program itself fails if no call of one has
    failed."""
    return {name for path in (ROOT / "tests").rglob("*.cpp")
            for name in FAULT.findall(path.read_text("utf-8"))}


class Faults(unittest.TestCase):
    def test_every_call_fails_somewhere_or_is_argued(self):
        known = injected() | set(REAL) | set(ARGUED)
        found = calls()
        for name in sorted(set(found) - known):
            self.fail(f"{found[name].relative_to(ROOT)}: what if {name} fails? No test, no argument")
        self.assertEqual(sorted(known - set(found)), [], "are not called")

    def test_none_is_argued_and_tested(self):
        tested = injected() | set(REAL)
        self.assertEqual(tested & set(ARGUED), set())

    def test_the_tests_are_there(self):
        places = [*REAL.values(), *(place[1:] for place in OBJECTS)]
        for path, name in places:
            self.assertIn(name, read(path), path)

    def test_it_sees_calls(self):
        self.assertEqual(calls_in('a = curl_url (x); // curl_free(y)\n"ngx_palloc(//";\n'
                                  "/* amqp_login(\n */ redisConnect('\"')"),
                         {"curl_url", "redisConnect"})
        self.assertEqual(calls_in("{&ngx_conf_set_flag_slot, &ngx_http_baton_module, ngx_a_slot}"),
                         {"ngx_conf_set_flag_slot"})

    def test_it_sees_faults(self):
        self.assertEqual(FAULT.findall("BATON_FAULT(void*, amqp_pool_alloc, (int x), (x), nullptr)\n"
                                       "BATON_WRAP(char*,\n    ngx_palloc, (), (), nullptr)\n"
                                       "BATON_OPTION_FAULT(curl_easy_setopt, CURLoption, 1)\n"
                                       "// BATON_FAULT(int, amqp_login, (), (), 1)\n"
                                       "#define BATON_FAULT(result, name, parameters)\n"),
                         ["amqp_pool_alloc", "ngx_palloc", "curl_easy_setopt"])


def counts():
    return {"injected": len(injected()), "real": len(REAL), "argued": len(ARGUED),
            "scenarios": len(OBJECTS)}


if __name__ == "__main__":
    if sys.argv[1:] == ["--json"]:
        sys.exit(print(json.dumps(counts())))
    print("| calls into libraries of others:", ", ".join(f"{count} {how}" for how, count in counts().items()))
    unittest.main()
