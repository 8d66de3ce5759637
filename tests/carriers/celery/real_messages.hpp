// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Messages of Celery 5.7 and kombu 5.7 in Redis. Some long members are left out.
namespace celery_test {

// add.apply_async((1, "é\n", 2.5), {"k": None}), and a traceparent among its headers
inline constexpr std::string_view simple_task =
    R"_({"body": "W1sxLCAiXHUwMGU5XG4iLCAyLjVdLCB7ImsiOiBudWxsfSwgeyJjYWxsYmFja3MiOiBudWxsLCAiZX)_"
    R"_(JyYmFja3MiOiBudWxsLCAiY2hhaW4iOiBudWxsLCAiY2hvcmQiOiBudWxsfV0=", "content-encoding": "ut)_"
    R"_(f-8", "content-type": "application/json", "headers": {"lang": "py", "task": "shop.add", )_"
    R"_("id": "4b294dce-c31e-4154-8789-2fb6e131f9cf", "shadow": null, "eta": null, "expires": nu)_"
    R"_(ll, "group": null, "group_index": null, "retries": 0, "timelimit": [null, null], "root_i)_"
    R"_(d": "4b294dce-c31e-4154-8789-2fb6e131f9cf", "parent_id": null, "argsrepr": "(1, '\u00e9\)_"
    R"_(\n', 2.5)", "kwargsrepr": "{'k': None}", "origin": "gen22387@host", "ignore_result": fal)_"
    R"_(se, "replaced_task_nesting": 0, "stamped_headers": null, "stamps": {}, "traceparent": "0)_"
    R"_(0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, "properties": {"correlation_id)_"
    R"_(": "4b294dce-c31e-4154-8789-2fb6e131f9cf", "reply_to": "156c3a25-1d26-3bd2-bd1f-70c3f2c5)_"
    R"_(035b", "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "celery"}, ")_"
    R"_(priority": 0, "body_encoding": "base64", "delivery_tag": "6758669d-adf9-477d-8ae0-64a25b)_"
    R"_(6fe5cd"}})_";

// compression="gzip"
inline constexpr std::string_view compressed_task =
    R"_({"body": "eJytjUELAiEQhf+KzHkJok79FVliNEtxVkVHIhb/e1pLXTt0GJj3vZn3pNzPk1hbH9BIpFD7AichV2)_"
    R"_(Asvm9QbEw7jowEkwDMt5d/6G/g75scARATuxg+slQ1Is78SKazUIk6dctSGRUNdEUqpo0gk/PPzcc/NHOu72Jt0Y)_"
    R"_(XvjbYxXzbZ5id7aF0G", "content-encoding": "utf-8", "content-type": "application/json", "h)_"
    R"_(eaders": {"lang": "py", "task": "shop.add", "id": "66328980-5738-4f5d-be15-2f82e603bf80")_"
    R"_(, "retries": 0, "compression": "application/x-gzip"}, "properties": {"correlation_id": ")_"
    R"_(66328980-5738-4f5d-be15-2f82e603bf80", "reply_to": "", "delivery_mode": 2, "expiration":)_"
    R"_( "200000", "delivery_info": {"exchange": "", "routing_key": "celery"}, "priority": 5, "b)_"
    R"_(ody_encoding": "base64", "delivery_tag": "d55c8975-59df-4cab-a5b0-72eca8d68668"}})_";

// chain(add.s(1, 2), add.s(3), total.s()).apply_async()
inline constexpr std::string_view chain_of_tasks =
    R"_({"body": "W1sxLCAyXSwge30sIHsiY2FsbGJhY2tzIjogbnVsbCwgImVycmJhY2tzIjogbnVsbCwgImNoYWluIj)_"
    R"_(ogW3sidGFzayI6ICJzaG9wLnRvdGFsIiwgImFyZ3MiOiBbXSwgImt3YXJncyI6IHt9LCAib3B0aW9ucyI6IHsidG)_"
    R"_(Fza19pZCI6ICJmM2I0MDJmYy04N2YyLTQ5YTUtODc3Zi01NDU0MjMzMzQ1NTIiLCAicmVwbHlfdG8iOiAiMTU2Yz)_"
    R"_(NhMjUtMWQyNi0zYmQyLWJkMWYtNzBjM2YyYzUwMzViIn0sICJzdWJ0YXNrX3R5cGUiOiBudWxsLCAiaW1tdXRhYm)_"
    R"_(xlIjogZmFsc2V9LCB7InRhc2siOiAic2hvcC5hZGQiLCAiYXJncyI6IFszXSwgImt3YXJncyI6IHt9LCAib3B0aW)_"
    R"_(9ucyI6IHsidGFza19pZCI6ICI4NmYyNzMyNS03NGMzLTRiNDItYTE3Zi1lNTI3NDg0MGM0ZDAiLCAicmVwbHlfdG)_"
    R"_(8iOiAiMTU2YzNhMjUtMWQyNi0zYmQyLWJkMWYtNzBjM2YyYzUwMzViIn0sICJzdWJ0YXNrX3R5cGUiOiBudWxsLC)_"
    R"_(AiaW1tdXRhYmxlIjogZmFsc2V9XSwgImNob3JkIjogbnVsbH1d", "content-encoding": "utf-8", "conte)_"
    R"_(nt-type": "application/json", "headers": {"lang": "py", "task": "shop.add", "id": "ca253)_"
    R"_(82c-031c-4cbf-834e-a12bf9852dbf", "shadow": null, "eta": null, "expires": null, "group":)_"
    R"_( null, "group_index": null, "retries": 0, "timelimit": [null, null], "root_id": "ca25382)_"
    R"_(c-031c-4cbf-834e-a12bf9852dbf", "parent_id": null, "argsrepr": "(1, 2)", "kwargsrepr": ")_"
    R"_({}", "origin": "gen22387@host", "ignore_result": false, "replaced_task_nesting": 0, "sta)_"
    R"_(mped_headers": null, "stamps": {}}, "properties": {"correlation_id": "ca25382c-031c-4cbf)_"
    R"_(-834e-a12bf9852dbf", "reply_to": "", "delivery_mode": 2, "delivery_info": {"exchange": ")_"
    R"_(", "routing_key": "celery"}, "priority": 0, "body_encoding": "base64", "delivery_tag": ")_"
    R"_(29b1573b-6071-48ec-b217-df0d951a1338"}})_";

// with task_protocol = 1: add.apply_async((1,), {"k": 2}, countdown=5, headers={"traceparent": …})
inline constexpr std::string_view task_of_protocol_1 =
    R"_({"body": "eyJ0YXNrIjogInNob3AuYWRkIiwgImlkIjogIjgxMDJiNjJjLTIyZjYtNDU5My05YjI0LWJmNjI3Yj)_"
    R"_(c5MDM1YyIsICJhcmdzIjogWzFdLCAia3dhcmdzIjogeyJrIjogMn0sICJncm91cCI6IG51bGwsICJncm91cF9pbm)_"
    R"_(RleCI6IG51bGwsICJyZXRyaWVzIjogMCwgImV0YSI6ICIyMDI2LTExLTIyVDIzOjA0OjE0LjU0ODE5NSswMDowMC)_"
    R"_(IsICJleHBpcmVzIjogbnVsbCwgInV0YyI6IHRydWUsICJjYWxsYmFja3MiOiBudWxsLCAiZXJyYmFja3MiOiBudW)_"
    R"_(xsLCAidGltZWxpbWl0IjogW251bGwsIG51bGxdLCAidGFza3NldCI6IG51bGwsICJjaG9yZCI6IG51bGx9", "co)_"
    R"_(ntent-encoding": "utf-8", "content-type": "application/json", "headers": {"traceparent":)_"
    R"_( "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, "properties": {"correlation)_"
    R"_(_id": "8102b62c-22f6-4593-9b24-bf627b79035c", "reply_to": "", "delivery_mode": 2, "deliv)_"
    R"_(ery_info": {"exchange": "", "routing_key": "celery"}, "priority": 0, "body_encoding": "b)_"
    R"_(ase64", "delivery_tag": "ced7b54f-9d66-423f-8cb3-981c7c5855be"}})_";

}  // namespace celery_test
