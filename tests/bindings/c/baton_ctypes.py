# SPDX-License-Identifier: Apache-2.0
"""Baton in Python by ctypes, as somebody would write it who has only baton.h. LIBRARY, from the
environment, names libbaton-c."""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int32, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p

library = ctypes.CDLL(os.environ.get("LIBRARY", "libbaton-c.so.0"))

NAMES_WITHOUT_CASE, EXACT_NAMES_FIRST, LAST_FIELD_COUNTS, BINARY_FIELDS, INTO_CONTEXT = 1, 2, 4, 8, 16
OK, CONFIGURATION, ABSENT, SPACE = 0, 4, 6, 7
SAMPLING = ["defer", "drop", "sample", "debug"]


class Text(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]

    def __bytes__(self):
        return ctypes.string_at(self.data, self.size) if self.data else b""


class Issue(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("field", Text), ("code", c_uint32), ("offset", c_uint32)]


class ChainOptions(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("extract", c_char_p), ("inject", c_char_p),
                ("destinations", c_char_p), ("callers", c_char_p), ("policy", c_int32), ("flags", c_uint32)]


class SpanContext(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("trace_id", c_uint8 * 16), ("span_id", c_uint8 * 8),
                ("flags", c_uint8), ("is_remote", c_uint8), ("reserved", c_uint8 * 2), ("sampling", c_int32)]


class Property(ctypes.Structure):
    _fields_ = [("key", Text), ("value", Text)]


class Member(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("key", Text), ("value", Text), ("properties", POINTER(Property)),
                ("property_count", c_size_t), ("raw_value", Text)]


class FormatCounts(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("format", Text), ("found", c_uint64), ("won", c_uint64),
                ("malformed", c_uint64), ("disagreed", c_uint64)]


Visit = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t)
Each = ctypes.CFUNCTYPE(None, c_void_p, Visit, c_void_p)
Erase = ctypes.CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)
VisitMember = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(Member))
VisitCounts = ctypes.CFUNCTYPE(c_int32, c_void_p, POINTER(FormatCounts))


class Reader(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("fields", c_void_p), ("field_count", c_size_t), ("each", Each),
                ("carrier", c_void_p), ("flags", c_uint32), ("reserved", c_uint32)]


class Writer(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("set", Visit), ("erase", Erase), ("carrier", c_void_p),
                ("flags", c_uint32), ("reserved", c_uint32)]


class Scope(ctypes.Structure):
    _fields_ = [("hidden", c_void_p * 6)]


for _name in ("baton_chain_global", "baton_current"):
    getattr(library, _name).restype = c_void_p
for _name in ("baton_context_tracestate", "baton_context_baggage", "baton_report_format",
              "baton_report_disagreeing_format", "baton_issue_name", "baton_issue_text"):
    getattr(library, _name).restype = Text
for _name in ("baton_version", "baton_error_text"):
    getattr(library, _name).restype = c_char_p
library.baton_report_issue_count.restype = c_size_t


class Error(Exception):
    def __init__(self, code, issue=None):
        self.code, self.issue = code, issue
        super().__init__(library.baton_error_text(code).decode())


def must(code, issue=None):
    if code != OK:
        raise Error(code, issue)


def new(struct, **members):
    return struct(size=ctypes.sizeof(struct), **members)


class Handle:
    """Owns what a function gave, and frees it."""

    _free = _as_parameter_ = None

    def __init__(self, kind, handle):
        self._free = getattr(library, f"baton_{kind}_free")
        self._as_parameter_ = handle

    def __del__(self):
        if self._free is not None:
            self._free(self._as_parameter_)


class Chain(Handle):
    def __init__(self, extract=None, inject=None, first_match=False, flags=0, destinations=None,
                 callers=None):
        texts = {"extract": extract, "inject": inject, "destinations": destinations, "callers": callers}
        options = new(ChainOptions, policy=int(first_match), flags=flags,
                      **{name: text.encode() for name, text in texts.items() if text is not None})
        handle, message = c_void_p(), ctypes.create_string_buffer(1000)
        code = library.baton_chain_new(byref(options), byref(handle), message, c_size_t(1000))
        if code == CONFIGURATION:
            raise ValueError(message.value.decode())
        must(code)
        super().__init__("chain", handle)

    @classmethod
    def from_environment(cls):
        """The chain, and what is wrong with the variables."""
        handle, message = c_void_p(), ctypes.create_string_buffer(4000)
        code = library.baton_chain_from_environment(byref(handle), message, c_size_t(4000))
        if code != CONFIGURATION:
            must(code)
        chain = cls.__new__(cls)
        Handle.__init__(chain, "chain", handle)
        return chain, message.value.decode()

    def fields(self):
        names, name = [], Text()
        while library.baton_chain_field(self, c_size_t(len(names)), byref(name)) == OK:
            names.append(bytes(name).decode())
        return names

    def extract(self, fields, context=None, flags=NAMES_WITHOUT_CASE, report=None, link=None):
        """Reads pairs of bytes, and returns the context."""
        context = context if context is not None else Context()
        kept = [(name, len(name), value, len(value)) for name, value in fields]

        def each(_carrier, visit, sink):
            for name, name_size, value, value_size in kept:
                if visit(sink, name_pointer(name), name_size, name_pointer(value), value_size):
                    return

        reader = new(Reader, each=Each(each), flags=flags)
        must(library.baton_extract(self, byref(reader), context, report, link))
        return context

    def inject(self, context, destination=b"", fields=()):
        """What a message with these fields has then, names in lowercase."""
        message = list(fields)

        def erase(_carrier, name, size):
            name = ctypes.string_at(name, size)
            message[:] = [field for field in message if field[0].lower() != name]
            return 0

        def set_field(carrier, name, name_size, value, value_size):
            erase(carrier, name, name_size)
            message.append((ctypes.string_at(name, name_size), ctypes.string_at(value, value_size)))
            return 0

        writer = new(Writer, set=Visit(set_field), erase=Erase(erase))
        must(library.baton_inject(self, context, byref(writer), destination, c_size_t(len(destination))))
        return message


def name_pointer(text):
    return ctypes.cast(c_char_p(text), c_void_p)


class Context(Handle):
    def __init__(self, handle=None):
        if handle is None:
            handle = c_void_p()
            must(library.baton_context_new(byref(handle)))
        super().__init__("context", handle)

    def copy(self):
        handle = c_void_p()
        must(library.baton_context_copy(self, byref(handle)))
        return Context(handle)

    def child(self):
        child = Context()
        must(library.baton_context_child(self, child))
        return child

    def __eq__(self, other):
        return library.baton_context_equals(self, other) == 1

    def span_context(self):
        span = new(SpanContext)
        must(library.baton_context_span_context(self, byref(span)))
        return span

    def set_span_context(self, trace_id="", span_id="", flags=0, sampling="defer", is_remote=False):
        span = new(SpanContext, flags=flags, is_remote=int(is_remote), sampling=SAMPLING.index(sampling))
        span.trace_id[:] = bytes.fromhex(trace_id) or bytes(16)
        span.span_id[:] = bytes.fromhex(span_id) or bytes(8)
        must(library.baton_context_set_span_context(self, byref(span)))

    @property
    def trace_id(self):
        digits = ctypes.create_string_buffer(33)
        must(library.baton_context_trace_id(self, digits))
        return digits.value.decode()

    @property
    def span_id(self):
        digits = ctypes.create_string_buffer(17)
        must(library.baton_context_span_id(self, digits))
        return digits.value.decode()

    @property
    def is_sampled(self):
        return library.baton_context_is_sampled(self) == 1

    def tracestate(self):
        """Its members as pairs of bytes."""
        members = []

        def visit(_argument, key, key_size, value, value_size):
            members.append((ctypes.string_at(key, key_size), ctypes.string_at(value, value_size)))
            return 0

        must(library.baton_context_visit_tracestate(self, Visit(visit), None))
        return members

    def set_tracestate_member(self, key, value):
        issue = new(Issue)
        must(library.baton_context_set_tracestate_member(
            self, key, c_size_t(len(key)), value, c_size_t(len(value)), byref(issue)), issue)

    def baggage(self):
        """Its members as tuples of key, value and a list of properties, in bytes."""
        members = []

        def visit(_argument, member):
            member = member.contents
            properties = [(bytes(each.key), bytes(each.value) if each.value.data else None)
                          for each in member.properties[:member.property_count]]
            members.append((bytes(member.key), bytes(member.value), properties))
            return 0

        must(library.baton_context_visit_baggage(self, VisitMember(visit), None))
        return members

    def baggage_value(self, key):
        size = c_size_t()
        code = library.baton_context_baggage_value(self, key, c_size_t(len(key)), None, c_size_t(0), byref(size))
        if code == ABSENT:
            return None
        value = ctypes.create_string_buffer(max(size.value, 1))
        must(library.baton_context_baggage_value(self, key, c_size_t(len(key)), value, size, byref(size)))
        return value.raw[:size.value]

    def set_baggage_member(self, key, value, properties=()):
        kept = [text for pair in [(key, value), *properties] for text in pair]

        def text(data):
            return Text() if data is None else Text(name_pointer(data).value, len(data))

        array = (Property * max(len(properties), 1))(*[Property(text(k), text(v)) for k, v in properties])
        member = new(Member, key=text(kept[0]), value=text(kept[1]), properties=array,
                     property_count=len(properties))
        issue = new(Issue)
        must(library.baton_context_set_baggage_member(self, byref(member), byref(issue)), issue)


class Report(Handle):
    def __init__(self):
        handle = c_void_p()
        must(library.baton_report_new(byref(handle)))
        super().__init__("report", handle)

    def issues(self):
        issues, issue = [], new(Issue)
        while library.baton_report_issue(self, c_size_t(len(issues)), byref(issue)) == OK:
            issues.append((bytes(issue.field).decode(),
                           bytes(library.baton_issue_name(c_uint32(issue.code))).decode(), issue.offset))
        return issues

    @property
    def format(self):
        return bytes(library.baton_report_format(self)).decode()

    @property
    def disagreeing_format(self):
        return bytes(library.baton_report_disagreeing_format(self)).decode()


class current:
    """A context that is current on this thread, in a `with`."""

    def __init__(self, context):
        self._context, self._scope = context, Scope()

    def __enter__(self):
        must(library.baton_scope_enter(byref(self._scope), self._context))

    def __exit__(self, *_):
        must(library.baton_scope_leave(byref(self._scope)))


def counts():
    """All extractions, and by format what was found and what won."""
    total, formats = c_uint64(), {}

    def visit(_argument, each):
        formats[bytes(each.contents.format).decode()] = (each.contents.found, each.contents.won)
        return 0

    must(library.baton_counts(byref(total), VisitCounts(visit), None))
    return total.value, formats
