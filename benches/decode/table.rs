//! Tables for people, in Markdown.

use crate::engine::Engine;
use crate::frames::Case;
use crate::race::Outcome;

/// How many times faster than each other engine aovscope, the first one, is; then its milliseconds.
pub fn print(threads: usize, engines: &[Engine], outcomes: &[&Outcome]) {
    let time = if threads == 1 { "processor time" } else { "wall time" };
    let threads = if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
    for (other, engine) in engines.iter().enumerate().skip(1) {
        println!("\nTimes faster than {}, {threads}, {time}:\n", engine.title);
        rows(outcomes, |outcome| Some(format!("{:.1}×", outcome.ms[other]? / outcome.ms[0]?)));
    }
    println!("\nMilliseconds of {}, {threads}, {time}:\n", engines[0].title);
    rows(outcomes, |outcome| Some(format!("{:.0}", outcome.ms[0]?)));
}

fn rows(outcomes: &[&Outcome], cell: impl Fn(&Outcome) -> Option<String>) {
    let shown: Vec<_> =
        Case::ALL.into_iter().filter(|case| outcomes.iter().any(|o| o.case == *case)).collect();
    let titles: String = shown.iter().map(|case| format!(" {} |", case.name())).collect();
    println!("| compression |{titles}\n|---|{}", "---|".repeat(shown.len()));
    let mut compressions: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !compressions.contains(&outcome.compression.as_str()) {
            compressions.push(&outcome.compression);
        }
    }
    for compression in compressions {
        let cell = |case: &Case| {
            let mut of_row = outcomes.iter().filter(|o| o.compression == compression && o.case == *case);
            of_row.next().and_then(|outcome| cell(outcome))
        };
        if shown.iter().any(|case| cell(case).is_some()) {
            let cells =
                shown.iter().map(|case| format!(" {} |", cell(case).unwrap_or_else(|| "–".to_owned())));
            println!("| {compression} |{}", cells.collect::<String>());
        }
    }
}
