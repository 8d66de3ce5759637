// SPDX-License-Identifier: Apache-2.0
//! Baton in Rust by its FFI, as somebody would write it who has only baton.h: safe types around the
//! handles, a map of header fields as the carrier.

use std::collections::BTreeMap;
use std::ffi::{c_void, CStr, CString};
use std::os::raw::c_char;
use std::ptr::{null, null_mut};

#[repr(C)]
struct RawChain([u8; 0]);
#[repr(C)]
struct RawContext([u8; 0]);

#[repr(C)]
struct ChainOptions {
    size: usize,
    extract: *const c_char,
    inject: *const c_char,
    destinations: *const c_char,
    callers: *const c_char,
    policy: i32,
    flags: u32,
}

type Visit = unsafe extern "C" fn(*mut c_void, *const u8, usize, *const u8, usize) -> i32;
type Each = unsafe extern "C" fn(*mut c_void, Visit, *mut c_void);
type Erase = unsafe extern "C" fn(*mut c_void, *const u8, usize) -> i32;

#[repr(C)]
struct Reader {
    size: usize,
    fields: *const c_void,
    field_count: usize,
    each: Option<Each>,
    carrier: *mut c_void,
    flags: u32,
    reserved: u32,
}

#[repr(C)]
struct Writer {
    size: usize,
    set: Option<Visit>,
    erase: Option<Erase>,
    carrier: *mut c_void,
    flags: u32,
    reserved: u32,
}

#[repr(C)]
struct Text {
    data: *const u8,
    size: usize,
}

#[link(name = "baton-c")]
extern "C" {
    fn baton_abi_version() -> u32;
    fn baton_error_text(error: i32) -> *const c_char;
    fn baton_chain_new(options: *const ChainOptions, chain: *mut *mut RawChain, message: *mut c_char,
                       message_size: usize) -> i32;
    fn baton_chain_free(chain: *mut RawChain);
    fn baton_context_new(context: *mut *mut RawContext) -> i32;
    fn baton_context_free(context: *mut RawContext);
    fn baton_context_child(parent: *const RawContext, child: *mut RawContext) -> i32;
    fn baton_context_trace_id(context: *const RawContext, digits: *mut c_char) -> i32;
    fn baton_context_baggage(context: *const RawContext) -> Text;
    fn baton_extract(chain: *const RawChain, reader: *const Reader, context: *mut RawContext,
                     report: *mut c_void, link: *mut RawContext) -> i32;
    fn baton_inject(chain: *const RawChain, context: *const RawContext, writer: *const Writer,
                    destination: *const u8, destination_size: usize) -> i32;
}

const NAMES_WITHOUT_CASE: u32 = 1;
const ERROR_CONFIGURATION: i32 = 4;

type Fields = BTreeMap<String, String>;

fn must(error: i32) {
    assert_eq!(error, 0, "{:?}", unsafe { CStr::from_ptr(baton_error_text(error)) });
}

unsafe fn text<'a>(data: *const u8, size: usize) -> &'a str {
    std::str::from_utf8(std::slice::from_raw_parts(data, size)).unwrap()
}

struct Chain(*mut RawChain);
// A chain never changes.
unsafe impl Send for Chain {}
unsafe impl Sync for Chain {}

impl Chain {
    fn new(formats: &str) -> Result<Chain, String> {
        let formats = CString::new(formats).unwrap();
        let options = ChainOptions {
            size: std::mem::size_of::<ChainOptions>(), extract: formats.as_ptr(), inject: null(),
            destinations: null(), callers: null(), policy: 0, flags: 0,
        };
        let mut chain = null_mut();
        let mut message = [0 as c_char; 400];
        match unsafe { baton_chain_new(&options, &mut chain, message.as_mut_ptr(), message.len()) } {
            0 => Ok(Chain(chain)),
            ERROR_CONFIGURATION => {
                let sentence = unsafe { CStr::from_ptr(message.as_ptr()) };
                Err(sentence.to_string_lossy().into_owned())
            }
            error => panic!("error {error}"),
        }
    }

    fn extract(&self, fields: &Fields) -> Context {
        unsafe extern "C" fn each(carrier: *mut c_void, visit: Visit, sink: *mut c_void) {
            for (name, value) in &*(carrier as *const Fields) {
                if visit(sink, name.as_ptr(), name.len(), value.as_ptr(), value.len()) != 0 {
                    return;
                }
            }
        }
        let reader = Reader {
            size: std::mem::size_of::<Reader>(), fields: null(), field_count: 0, each: Some(each),
            carrier: fields as *const Fields as *mut c_void, flags: NAMES_WITHOUT_CASE, reserved: 0,
        };
        let context = Context::new();
        must(unsafe { baton_extract(self.0, &reader, context.0, null_mut(), null_mut()) });
        context
    }

    fn inject(&self, context: &Context, fields: &mut Fields) {
        unsafe extern "C" fn set(carrier: *mut c_void, name: *const u8, name_size: usize,
                                 value: *const u8, value_size: usize) -> i32 {
            let fields = &mut *(carrier as *mut Fields);
            fields.insert(text(name, name_size).into(), text(value, value_size).into());
            0
        }
        unsafe extern "C" fn erase(carrier: *mut c_void, name: *const u8, name_size: usize) -> i32 {
            (*(carrier as *mut Fields)).remove(text(name, name_size));
            0
        }
        let writer = Writer {
            size: std::mem::size_of::<Writer>(), set: Some(set), erase: Some(erase),
            carrier: fields as *mut Fields as *mut c_void, flags: 0, reserved: 0,
        };
        must(unsafe { baton_inject(self.0, context.0, &writer, null(), 0) });
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        unsafe { baton_chain_free(self.0) }
    }
}

struct Context(*mut RawContext);

impl Context {
    fn new() -> Context {
        let mut context = null_mut();
        must(unsafe { baton_context_new(&mut context) });
        Context(context)
    }

    fn child(&self) -> Context {
        let child = Context::new();
        must(unsafe { baton_context_child(self.0, child.0) });
        child
    }

    fn trace_id(&self) -> String {
        let mut digits = [0 as c_char; 33];
        must(unsafe { baton_context_trace_id(self.0, digits.as_mut_ptr()) });
        unsafe { CStr::from_ptr(digits.as_ptr()) }.to_str().unwrap().into()
    }

    fn baggage(&self) -> &str {
        let baggage = unsafe { baton_context_baggage(self.0) };
        unsafe { text(baggage.data, baggage.size) }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        unsafe { baton_context_free(self.0) }
    }
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn main() {
    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    assert_eq!(unsafe { baton_abi_version() }, 1);
    assert!(Chain::new("b4").err().unwrap().contains("unknown propagator 'b4'"));

    let chain = Chain::new("tracecontext,baggage,b3").unwrap();
    let request = fields(&[
        ("Traceparent", &format!("00-{TRACE}-00f067aa0ba902b7-01")),
        ("baggage", "tenant=1;p, plan=gold"),
        ("host", "shop.example"),
    ]);
    let incoming = chain.extract(&request);
    assert_eq!(incoming.trace_id(), TRACE);
    assert_eq!(incoming.baggage(), "tenant=1;p,plan=gold");

    let mut sent = fields(&[("accept", "*/*"), ("tracestate", "stale=1"), ("x-b3-flags", "1")]);
    chain.inject(&incoming.child(), &mut sent);
    assert_eq!(sent.keys().collect::<Vec<_>>(), ["accept", "b3", "baggage", "traceparent"]);
    assert!(sent["traceparent"].starts_with(&format!("00-{TRACE}-")));
    assert_ne!(sent["traceparent"], request["Traceparent"]);
    assert!(sent["b3"].ends_with("-1"));

    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    assert_eq!(chain.extract(&request).trace_id(), TRACE);
                }
            });
        }
    });
    println!("all is well");
}
