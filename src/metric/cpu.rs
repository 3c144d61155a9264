//! The definition of every comparison, on the CPU.

use super::{Backend, Comparison, Pair, Rule, Want};

/// Compares on the CPU.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn compare(&self, pair: &Pair<'_>, rule: &Rule, want: Want) -> Comparison {
        super::kernel::compare(pair, rule, want)
    }
}
