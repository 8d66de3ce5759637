/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BATON_BATON_H
#define BATON_BATON_H

/*
 * Baton for C, and for languages that call C: the library libbaton-c. The page is docs/c.md.
 *
 * Every function is defined for null pointers, and for sizes and numbers that are wrong: it returns
 * an error code or, if it has none to return, what its comment says. No exception crosses the
 * interface, those of C++ callbacks included; only the cancellation of a thread does.
 *
 * Threads: a chain never changes, and any thread may use it. A context or a report may be read by
 * several threads at once, but while a thread changes it, no other may use it. A scope belongs to
 * its thread.
 *
 * Memory: what `…_new`, `…_copy` and `…_from_environment` give belongs to the caller, and is
 * freed by the `…_free` of its type; that takes null. Nothing else is given away. Texts that are
 * passed are copied, if they are needed after the call. Texts that are returned belong to the
 * library; the function says how long they are valid. They do not end with a zero, but have a size.
 *
 * The ABI: functions, numbers and members of structs remain as they are. New functions may be
 * added, and new members at the end of the structs that begin with `size`. The caller sets `size`
 * to the sizeof that it was compiled with, and all members that it does not use to zero:
 *
 *     baton_reader reader = BATON_INIT(baton_reader);
 *
 * The library takes a smaller struct as one whose other members are zero. Of a larger one, the
 * bytes that it does not know must be zero: if they are not, the call fails with BATON_ERROR_SIZE,
 * and so it does for a size that is no multiple of a pointer's.
 */

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define BATON_API __attribute__((visibility("default")))
#else
#define BATON_API
#endif

#ifdef __cplusplus
template <class Struct>
inline Struct baton_init() {
  Struct zero = Struct();
  zero.size = sizeof(Struct);
  return zero;
}
#define BATON_INIT(type) baton_init<type>()
extern "C" {
#else
#define BATON_INIT(type) {.size = sizeof(type)}
#endif

/* ---- Versions and errors ---- */

/** Grows if functions or members are added. */
#define BATON_ABI_VERSION 1U

/** What a function returns. The numbers are frozen. */
typedef int32_t baton_error;
enum {
  BATON_OK = 0,
  BATON_ERROR_ARGUMENT = 1,      /**< a null pointer, or a value that the argument does not have */
  BATON_ERROR_SIZE = 2,          /**< a struct with a wrong size, or members that are not known */
  BATON_ERROR_MEMORY = 3,        /**< no memory, in a callback of C++ as well */
  BATON_ERROR_CONFIGURATION = 4, /**< a wrong name or word in the configuration of a chain */
  BATON_ERROR_SYNTAX = 5,        /**< a text that is against its grammar: see baton_issue */
  BATON_ERROR_ABSENT = 6,        /**< there is no such thing */
  BATON_ERROR_SPACE = 7,         /**< the buffer is too small */
  BATON_ERROR_CALLBACK = 8,      /**< a callback failed, or threw another exception */
  BATON_ERROR_SCOPE = 9          /**< a scope that ended in a wrong order, or on a wrong thread */
};

/** BATON_ABI_VERSION of the library that is loaded. */
BATON_API uint32_t baton_abi_version(void);

/** The version of the library, as "0.1.0". Valid forever. */
BATON_API const char* baton_version(void);

/** The code in words, ending with a zero. "unknown error" for other numbers. Valid forever. */
BATON_API const char* baton_error_text(baton_error error);

/* ---- Texts and fields ---- */

/** A text of `size` bytes. */
typedef struct baton_text {
  const char* data;
  size_t size;
} baton_text;

/** A field of a message. A pointer may be null if its size is zero. */
typedef struct baton_field {
  const char* name;
  size_t name_size;
  const char* value;
  size_t value_size;
} baton_field;

/**
 * Takes a name and a value, which are valid during the call. Returns zero to go on, and anything
 * else to stop.
 */
typedef int32_t (*baton_visit)(void* argument, const char* name, size_t name_size,
                               const char* value, size_t value_size);

/**
 * What is wrong with a field, as in an extraction's report. The codes are those of
 * baton_issue_text; their numbers are frozen.
 */
typedef struct baton_issue {
  size_t size;
  baton_text field; /**< its name; empty outside of reports. Valid forever */
  uint32_t code;    /**< zero: nothing is wrong */
  uint32_t offset;  /**< of the byte that is wrong, from the start of the field */
} baton_issue;

/** The code of an issue in words: "not a lowercase hexadecimal digit". Valid forever. */
BATON_API baton_text baton_issue_text(uint32_t code);

/** The name of the code, for logs and metrics: "bad_hex". Valid forever. */
BATON_API baton_text baton_issue_name(uint32_t code);

/* ---- Chains ---- */

/** Formats that are read and written, with a policy and trust rules. Never changes. */
typedef struct baton_chain baton_chain;

/** Which format wins if a request has several. */
typedef int32_t baton_policy;
enum { BATON_LAST_WINS = 0, BATON_FIRST_MATCH = 1 };

/** Options of a chain, for baton_chain_options::flags. */
enum {
  BATON_B3_SHORT_TRACE_IDS = 1,    /**< B3 writes trace ids of 64 bits if that loses nothing */
  BATON_SAMPLING_IN_TRACESTATE = 2 /**< W3C's format keeps `defer` and `debug` in tracestate */
};

/** The texts end with a zero, and have the words of the environment variables in
 * docs/configuration.md. An empty text counts as null; `none` is no format. */
typedef struct baton_chain_options {
  size_t size;
  const char* extract;      /**< formats to read, as OTEL_PROPAGATORS; null: tracecontext,baggage */
  const char* inject;       /**< formats to write; null: those that are read */
  const char* destinations; /**< what may leave, as BATON_DESTINATIONS; null: everything */
  const char* callers;      /**< what is accepted, as BATON_CALLERS; null: everything */
  baton_policy policy;
  uint32_t flags;
} baton_chain_options;

/**
 * Makes a chain. Null options: the defaults.
 *
 * An error in the configuration gives BATON_ERROR_CONFIGURATION, no chain, and sentences for a
 * person: as much of them as `message` has room for, with a zero at the end; empty without an
 * error. `message` may be null.
 */
BATON_API baton_error baton_chain_new(const baton_chain_options* options, baton_chain** chain,
                                      char* message, size_t message_size);

/**
 * Makes a chain from the environment: OTEL_PROPAGATORS, BATON_EXTRACT and so on. A service should
 * start with what is right in them, so BATON_ERROR_CONFIGURATION gives a chain, too. No other
 * thread may change the environment meanwhile.
 */
BATON_API baton_error baton_chain_from_environment(baton_chain** chain, char* message,
                                                   size_t message_size);

/**
 * The chain of this process: that of the last baton_chain_set_global or, before any such call, that
 * of the environment. Valid until the process ends; not to be freed. Null if there is no memory.
 */
BATON_API const baton_chain* baton_chain_global(void);

/**
 * Replaces the chain of this process, even while other threads use it. The old one remains in
 * memory: call this at start, not for each request. The caller keeps `chain`.
 */
BATON_API baton_error baton_chain_set_global(const baton_chain* chain);

/** A handle of its own to the same chain, at the cost of a reference count. */
BATON_API baton_error baton_chain_copy(const baton_chain* chain, baton_chain** copy);
BATON_API void baton_chain_free(baton_chain* chain);

/**
 * The names of the fields that the chain reads or writes, from index zero on, in lowercase and each
 * once; BATON_ERROR_ABSENT behind the last one. Fields that the application names, such as
 * `uberctx-…`, are not among them. The name is valid as long as the chain.
 */
BATON_API baton_error baton_chain_field(const baton_chain* chain, size_t index, baton_text* name);

/**
 * 1 if a field of that name, in any case, belongs to a format of the chain, else 0. A proxy that
 * copies a request must leave such fields out before it injects.
 */
BATON_API int32_t baton_chain_owns(const baton_chain* chain, const char* name, size_t name_size);

/** 1 if a rule denies something to the destination, else 0. */
BATON_API int32_t baton_chain_restricts(const baton_chain* chain, const char* destination,
                                        size_t destination_size);

/* ---- Contexts ---- */

/** What travels with a request: the caller's span, baggage, and the sampling decision. */
typedef struct baton_context baton_context;

/** Whether a trace is to be recorded, as an earlier service decided. */
typedef int32_t baton_sampling;
enum {
  BATON_DEFER = 0,  /**< not decided yet */
  BATON_DROP = 1,   /**< do not record */
  BATON_SAMPLE = 2, /**< record */
  BATON_DEBUG = 3   /**< record, and bypass all samplers */
};

/** The bits of baton_span_context::flags. */
enum { BATON_FLAG_SAMPLED = 1, BATON_FLAG_RANDOM = 2 };

/**
 * The ids of a context. A trace id without a span id is a trace of which no span is known; without
 * both, there may still be a decision.
 */
typedef struct baton_span_context {
  size_t size;
  uint8_t trace_id[16];
  uint8_t span_id[8];
  uint8_t flags;
  uint8_t is_remote; /**< 1: it came from another process */
  uint8_t reserved[2];
  baton_sampling sampling;
} baton_span_context;

/** Makes an empty context, to be used for one request after the other. */
BATON_API baton_error baton_context_new(baton_context** context);
BATON_API baton_error baton_context_copy(const baton_context* context, baton_context** copy);
BATON_API void baton_context_free(baton_context* context);

/** Makes `context` what `from` is. They may be the same. */
BATON_API baton_error baton_context_assign(baton_context* context, const baton_context* from);
BATON_API baton_error baton_context_clear(baton_context* context);

/**
 * Makes `child` the context of the next operation: the same trace, baggage and decision with a new
 * span id, or the first span of a new trace if `parent` has none. They may be the same.
 */
BATON_API baton_error baton_context_child(const baton_context* parent, baton_context* child);

/** 1 if they are equal, else 0; also 0 if one is null. */
BATON_API int32_t baton_context_equals(const baton_context* context, const baton_context* other);

/** 1 if it has a trace id and a span id, else 0. */
BATON_API int32_t baton_context_has_span(const baton_context* context);

/** 1 if the trace is to be recorded, else 0. */
BATON_API int32_t baton_context_is_sampled(const baton_context* context);

/** Fills a struct whose `size` is set. */
BATON_API baton_error baton_context_span_context(const baton_context* context,
                                                 baton_span_context* span);

/**
 * Replaces the ids and the decision; tracestate and baggage remain. `sampling` decides about the
 * sampled flag. A span id without a trace id is BATON_ERROR_ARGUMENT.
 */
BATON_API baton_error baton_context_set_span_context(baton_context* context,
                                                     const baton_span_context* span);

/** Sets the decision, and the sampled flag with it. */
BATON_API baton_error baton_context_set_sampling(baton_context* context, baton_sampling sampling);

/** Writes 32 lowercase hexadecimal digits and a zero. All digits are 0 if no trace is known. */
BATON_API baton_error baton_context_trace_id(const baton_context* context, char digits[33]);

/** Writes 16 lowercase hexadecimal digits and a zero. All digits are 0 if no span is known. */
BATON_API baton_error baton_context_span_id(const baton_context* context, char digits[17]);

/** Writes the value of `traceparent` and a zero; or only the zero and BATON_ERROR_ABSENT. */
BATON_API baton_error baton_context_traceparent(const baton_context* context, char value[56]);

/**
 * Replaces the ids by those of a `traceparent`, which came from another process, and the decision
 * by its sampled flag (BATON_SAMPLE or BATON_DROP); tracestate and baggage remain.
 * BATON_ERROR_SYNTAX changes nothing and fills `issue`, which may be null.
 */
BATON_API baton_error baton_context_set_traceparent(baton_context* context, const char* value,
                                                    size_t value_size, baton_issue* issue);

/* ---- tracestate ---- */

/** The value of the field; empty if there is none. Valid until the context is changed or freed. */
BATON_API baton_text baton_context_tracestate(const baton_context* context);

/** Replaces the tracestate. BATON_ERROR_SYNTAX changes nothing and fills `issue`. */
BATON_API baton_error baton_context_set_tracestate(baton_context* context, const char* value,
                                                   size_t value_size, baton_issue* issue);

/** The value of a member, valid until the context is changed or freed; or BATON_ERROR_ABSENT. */
BATON_API baton_error baton_context_tracestate_member(const baton_context* context, const char* key,
                                                      size_t key_size, baton_text* value);

/** Sets a member, and puts it first. BATON_ERROR_SYNTAX changes nothing and fills `issue`. */
BATON_API baton_error baton_context_set_tracestate_member(baton_context* context, const char* key,
                                                          size_t key_size, const char* value,
                                                          size_t value_size, baton_issue* issue);

/** Removes a member; BATON_ERROR_ABSENT if there was none. */
BATON_API baton_error baton_context_erase_tracestate_member(baton_context* context, const char* key,
                                                            size_t key_size);

/** Visits each member, in order, as they were at the call: `visit` may change the context. */
BATON_API baton_error baton_context_visit_tracestate(const baton_context* context,
                                                     baton_visit visit, void* argument);

/* ---- Baggage ---- */

/** A property of a member, decoded. */
typedef struct baton_property {
  baton_text key;
  baton_text value; /**< null data: the property is only a key */
} baton_property;

/** A member of baggage. */
typedef struct baton_member {
  size_t size;
  baton_text key;
  baton_text value; /**< percent-decoded; bytes that are not UTF-8 become U+FFFD */
  const baton_property* properties;
  size_t property_count;
  baton_text raw_value; /**< as on the wire; ignored by baton_context_set_baggage_member */
} baton_member;

/** Takes a member, which is valid during the call. Returns zero to go on, anything else to stop. */
typedef int32_t (*baton_visit_member)(void* argument, const baton_member* member);

/** The value of the field; empty if there is none. Valid until the context is changed or freed. */
BATON_API baton_text baton_context_baggage(const baton_context* context);

/**
 * Replaces the baggage. BATON_ERROR_SYNTAX, also for more than 180 members or 8192 bytes, changes
 * nothing and fills `issue`.
 */
BATON_API baton_error baton_context_set_baggage(baton_context* context, const char* value,
                                                size_t value_size, baton_issue* issue);

/**
 * Writes the decoded value of a member, without a zero at the end, and its size, even if that is
 * more than `capacity`: then BATON_ERROR_SPACE. BATON_ERROR_ABSENT if there is no such key.
 */
BATON_API baton_error baton_context_baggage_value(const baton_context* context, const char* key,
                                                  size_t key_size, char* value, size_t capacity,
                                                  size_t* value_size);

/** Visits each member, in order, as they were at the call: `visit` may change the context. */
BATON_API baton_error baton_context_visit_baggage(const baton_context* context,
                                                  baton_visit_member visit, void* argument);

/**
 * Sets a member at its place, or at the end. Values may be any bytes. BATON_ERROR_SYNTAX, for a bad
 * key or a limit, changes nothing and fills `issue`.
 */
BATON_API baton_error baton_context_set_baggage_member(baton_context* context,
                                                       const baton_member* member,
                                                       baton_issue* issue);

/** Removes a member; BATON_ERROR_ABSENT if there was none. */
BATON_API baton_error baton_context_erase_baggage_member(baton_context* context, const char* key,
                                                         size_t key_size);

/* ---- Reading a request ---- */

/** How a carrier is read, for baton_reader::flags; BATON_BINARY_FIELDS also for baton_writer. */
enum {
  BATON_NAMES_WITHOUT_CASE = 1, /**< names that differ only in case are the same, as in HTTP */
  BATON_EXACT_NAMES_FIRST = 2,  /**< the same, but an exact name hides others, as in Kafka */
  BATON_LAST_FIELD_COUNTS = 4,  /**< of several fields with one name, as in Kafka */
  BATON_BINARY_FIELDS = 8,      /**< fields whose names end in -bin hold bytes, as in gRPC */
  BATON_INTO_CONTEXT = 16       /**< what the request does not replace remains in the context */
};

/**
 * The fields of a request: an array or, if `each` is not null, what it visits.
 *
 * `each` calls `visit(sink, name, name_size, value, value_size)` for each field, in order, until
 * that returns another number than zero. Names and values must be valid until the extraction
 * returns, not only during the visit. `each` may be called again, and must then visit the same
 * fields. It must not change the context, nor leave by longjmp.
 */
typedef struct baton_reader {
  size_t size;
  const baton_field* fields;
  size_t field_count;
  void (*each)(void* carrier, baton_visit visit, void* sink);
  void* carrier; /**< the first argument of `each` */
  uint32_t flags;
  uint32_t reserved; /**< zero */
} baton_reader;

/** The most that a chain found, in rising order. */
typedef int32_t baton_found;
enum {
  BATON_FOUND_NOTHING = 0,
  BATON_FOUND_MALFORMED = 1, /**< fields are there, but nothing could be read */
  BATON_FOUND_BAGGAGE = 2,
  BATON_FOUND_DECISION = 3,
  BATON_FOUND_TRACE_ID = 4, /**< without a span */
  BATON_FOUND_SPAN_CONTEXT = 5
};

/** What an extraction could not use, and the format that won. One for one request after another. */
typedef struct baton_report baton_report;

/**
 * Reads a request into `context`, whose former content is lost unless BATON_INTO_CONTEXT is set.
 *
 * Bad fields are no error: the valid part of the request is used, and the report (if it is not
 * null) has the rest, and an issue for a list that was lost for lack of memory. `link`, if it is
 * not null, becomes the caller's span if the trust rules restart the trace, and else empty; not
 * with BATON_INTO_CONTEXT. If the call fails, both contexts are empty, and so is the report.
 */
BATON_API baton_error baton_extract(const baton_chain* chain, const baton_reader* reader,
                                    baton_context* context, baton_report* report,
                                    baton_context* link);

BATON_API baton_error baton_report_new(baton_report** report);
BATON_API void baton_report_free(baton_report* report);

/** The most that was found. */
BATON_API baton_found baton_report_found(const baton_report* report);

/** The format whose span context was used, and one that has another trace id. Valid forever. */
BATON_API baton_text baton_report_format(const baton_report* report);
BATON_API baton_text baton_report_disagreeing_format(const baton_report* report);

/** All issues are counted; the first 16 are kept. */
BATON_API size_t baton_report_issue_count(const baton_report* report);

/** Fills a struct whose `size` is set; BATON_ERROR_ABSENT behind the last issue that is kept. */
BATON_API baton_error baton_report_issue(const baton_report* report, size_t index,
                                         baton_issue* issue);

/* ---- Writing a message ---- */

/**
 * The fields of a message that is about to be sent. Both callbacks return zero if they succeed.
 * After a failure no more are called. They copy what they keep; they must not change the context,
 * nor leave by longjmp.
 */
typedef struct baton_writer {
  size_t size;
  baton_visit set; /**< sets the only value of a name */
  /** Removes every value of a name; may be null for a message without fields. */
  int32_t (*erase)(void* carrier, const char* name, size_t name_size);
  void* carrier; /**< the first argument of both */
  uint32_t flags;
  uint32_t reserved; /**< zero */
} baton_writer;

/**
 * Writes `context` into a message: sets the fields of the chain's formats, and erases those of them
 * that say nothing. `destination`, which may be null, is whom the message is for, if the chain has
 * trust rules: a host without its port, a topic.
 *
 * Fields with a prefix (`uberctx-…`, `ot-baggage-…`) that a message has from an earlier context
 * remain, even if a rule denies them: nobody knows their names. If a message may have fields of the
 * chain, such as one that is used again, first remove those that baton_chain_owns.
 */
BATON_API baton_error baton_inject(const baton_chain* chain, const baton_context* context,
                                   const baton_writer* writer, const char* destination,
                                   size_t destination_size);

/* ---- The current context of a thread ---- */

/** A scope, in the memory of the caller, who sets it to zero before its first use. */
typedef struct baton_scope {
  void* hidden[6];
} baton_scope;

/** The context of the innermost scope of this thread, or an empty one. Never null. */
BATON_API const baton_context* baton_current(void);

/**
 * Makes a context current on this thread until the scope ends. Allocates nothing. The context is
 * not copied: it must not be freed, nor the scope moved, while the scope is open. A scope that is
 * open is BATON_ERROR_SCOPE.
 */
BATON_API baton_error baton_scope_enter(baton_scope* scope, const baton_context* context);

/**
 * Ends a scope. One that is not the innermost of this thread ends as well, and the others remain,
 * but BATON_ERROR_SCOPE tells. So does a scope that is not open, of which nothing changes.
 */
BATON_API baton_error baton_scope_leave(baton_scope* scope);

/* ---- Counts ---- */

/** The extractions of this process by one format. */
typedef struct baton_format_counts {
  size_t size;
  baton_text format;  /**< valid forever */
  uint64_t found;     /**< its fields were there, with a context or malformed */
  uint64_t won;       /**< its context was used */
  uint64_t malformed; /**< its fields were there, but nothing could be read */
  uint64_t disagreed; /**< another format won, with another trace id */
} baton_format_counts;

/** Takes the counts of a format. Returns zero to go on, and anything else to stop. */
typedef int32_t (*baton_visit_counts)(void* argument, const baton_format_counts* counts);

/** All extractions, and each format that a chain of this process reads. Both may be null. */
BATON_API baton_error baton_counts(uint64_t* extractions, baton_visit_counts visit, void* argument);

/**
 * Writes the counts in Prometheus's text format, without a zero at the end, and the size, even if
 * that is more than `capacity`: then nothing is written, and the result is BATON_ERROR_SPACE.
 */
BATON_API baton_error baton_counts_text(char* text, size_t capacity, size_t* text_size);

#ifdef __cplusplus
}
#endif

#endif
