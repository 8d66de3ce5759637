// SPDX-License-Identifier: Apache-2.0

//! Does with OpenTelemetry for Rust what compare.py asks for.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{self, BufRead};

use opentelemetry::baggage::BaggageExt;
use opentelemetry::global::{get_text_map_propagator, set_text_map_propagator};
use opentelemetry::propagation::{
    Extractor, Injector, TextMapCompositePropagator, TextMapPropagator,
};
use opentelemetry::Context;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

/// A map that takes names as they are: the crate's own lookups turn each to lower case first.
#[derive(Clone, Default)]
struct Fields(HashMap<String, String>);

impl Extractor for Fields {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

impl Injector for Fields {
    fn set(&mut self, key: &str, value: String) {
        match self.0.get_mut(key) {
            Some(old) => *old = value,
            None => {
                self.0.insert(key.to_owned(), value);
            }
        }
    }
}

struct Row {
    operation: String,
    request: Fields,
}

fn read_rows(path: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(path).expect("the rows");
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ").expect("name: value");
        (name.to_owned(), value.to_owned())
    };
    let paragraphs = text.trim_end().split("\n\n").skip(1);
    paragraphs
        .map(|paragraph| {
            let mut lines = paragraph.lines().map(pair);
            let (operation, _) = lines.next().expect("an operation");
            Row {
                operation,
                request: Fields(lines.collect()),
            }
        })
        .collect()
}

/// Returns the fields that tell what was read.
fn run(propagator: &dyn TextMapPropagator, row: &Row, count: usize) -> Fields {
    let none = Context::new();
    let mut sent = Fields::default();
    match row.operation.as_str() {
        "extract" => {
            for _ in 0..count {
                black_box(propagator.extract_with_context(&none, &row.request));
            }
            let context = propagator.extract_with_context(&none, &row.request);
            propagator.inject_context(&context, &mut sent);
        }
        "read" => {
            for _ in 0..count {
                let context = propagator.extract_with_context(&none, &row.request);
                for (_, (value, _)) in context.baggage() {
                    black_box(value.as_str());
                }
            }
            let context = propagator.extract_with_context(&none, &row.request);
            propagator.inject_context(&context, &mut sent);
        }
        "inject" => {
            let context = propagator.extract_with_context(&none, &row.request);
            sent = row.request.clone();
            for _ in 0..count {
                propagator.inject_context(&context, black_box(&mut sent));
            }
        }
        "request" => {
            for _ in 0..count {
                let context = get_text_map_propagator(|p| p.extract(&row.request));
                let _scope = context.attach();
                sent = Fields::default();
                get_text_map_propagator(|p| p.inject(black_box(&mut sent)));
            }
        }
        _ => panic!("unknown operation"),
    }
    sent
}

fn both() -> TextMapCompositePropagator {
    TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ])
}

fn main() {
    let rows = read_rows(&std::env::args().nth(1).expect("the path of the rows"));
    set_text_map_propagator(both());
    let propagator = both();
    for line in io::stdin().lock().lines() {
        let line = line.expect("text");
        let (index, count) = line.split_once(' ').expect("two numbers");
        let row = &rows[index.parse::<usize>().expect("an index")];
        let sent = run(&propagator, row, count.parse().expect("a count"));
        let fields: Vec<String> = sent.0.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        println!("{}", fields.join("\t"));
    }
}
