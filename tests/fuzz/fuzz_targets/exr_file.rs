//! Whole EXR files: seeds are files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| aovscope_fuzz::read(bytes));
