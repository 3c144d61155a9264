//! `aovscope compare REFERENCE CANDIDATE...`: frame by frame, AOV by AOV.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::bail;

use super::args::{ProbeArgs, RunArgs, ToleranceArgs, globs};
use super::workspace::{Base, Choices};
use super::{output, progress::Progress, table};
use crate::engine::{self, Against, Event, FrameRow, Plan, Task, Verdict};
use crate::export::ReportNames;
use crate::metric::Extent;
use crate::sequence::{FrameSet, Sequence, name_apart, resolve};

/// Arguments of `aovscope compare`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// The reference, then the candidates: a pattern (name.####.exr), a folder that holds one
    /// sequence, or a file. With --against previous or frame:N: sequences, each by itself.
    #[arg(required_unless_present = "workspace", value_name = "REFERENCE CANDIDATE")]
    pub paths: Vec<String>,
    /// Sequences, reference, rules, probes and frames of a workspace that the window saved; what is
    /// given beside it takes its place.
    #[arg(long, value_name = "FILE")]
    pub workspace: Option<PathBuf>,
    /// What frames are compared with: sequence (the same frame of the reference), previous, frame:N.
    #[arg(long, value_name = "WHAT", default_value = "sequence", value_parser = against)]
    pub against: AgainstChoice,
    /// AOVs to take, by glob, whatever the case (may be repeated); all unless given.
    #[arg(long, value_name = "GLOB")]
    pub aov: Vec<String>,
    /// Frames to take, by the reference's numbers: 1-100x2,200.
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    pub frames: Option<FrameSet>,
    /// Candidate frame = reference frame + N.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub offset: i64,
    /// Compare the common data window only, whatever the sizes.
    #[arg(long)]
    pub crop: bool,
    /// When a delta counts as changed.
    #[command(flatten)]
    pub tolerance: ToleranceArgs,
    /// Pixels and regions to track on the way.
    #[command(flatten)]
    pub probes: ProbeArgs,
    /// What to write.
    #[command(flatten)]
    pub output: output::OutputArgs,
    /// How to compute.
    #[command(flatten)]
    pub run: RunArgs,
}

/// `--against`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgainstChoice {
    /// The same frame of the reference.
    #[default]
    Sequence,
    /// The frame before.
    Previous,
    /// One frame of the same sequence.
    Frame(i64),
}

fn against(text: &str) -> Result<AgainstChoice, String> {
    match text {
        "sequence" => Ok(AgainstChoice::Sequence),
        "previous" => Ok(AgainstChoice::Previous),
        _ => {
            let number = text.strip_prefix("frame:").and_then(|number| number.parse().ok());
            number
                .map(AgainstChoice::Frame)
                .ok_or_else(|| format!("{text:?} is none of sequence, previous, frame:N (as frame:1)"))
        }
    }
}

impl Args {
    /// The plan that these arguments make, and what of the workspace is not there.
    ///
    /// # Errors
    /// When a path leads to no sequence or to several, or options do not go together.
    pub fn plan(&self) -> anyhow::Result<(Plan, Vec<String>)> {
        let Some(file) = &self.workspace else { return Ok((self.plan_of_paths()?, Vec::new())) };
        let mut base = Base::read(file, Task::Compare)?;
        let mut skipped = Vec::new();
        if self.paths.is_empty() {
            if self.against == AgainstChoice::Sequence {
                base.workspace.compares(&base.found)?;
            }
            skipped = base.take_missing();
        } else {
            base.plan.candidates = self.sequences()?;
            base.plan.against = Against::Nothing;
        }
        self.set_against(&mut base.plan)?;
        base.plan.extent = if self.crop { Extent::Common } else { Extent::Union };
        let choices = Choices {
            frames: &self.frames,
            aov: &self.aov,
            tolerance: &self.tolerance,
            probes: &self.probes,
        };
        Ok((base.with(&choices)?, skipped))
    }

    /// What the candidates are compared with: by the options, and by the plan where they say nothing.
    fn set_against(&self, plan: &mut Plan) -> anyhow::Result<()> {
        let from_plan = match &mut plan.against {
            Against::Sequence { offset, .. } if self.against == AgainstChoice::Sequence => {
                *offset = self.offset;
                return Ok(());
            }
            Against::Sequence { reference, .. } => Some(reference.clone()),
            _ => None,
        };
        plan.candidates.splice(0..0, from_plan);
        plan.against = self.against(&mut plan.candidates)?;
        Ok(())
    }

    fn plan_of_paths(&self) -> anyhow::Result<Plan> {
        let mut sequences = self.sequences()?;
        Ok(Plan {
            against: self.against(&mut sequences)?,
            candidates: sequences,
            frames: self.frames.clone(),
            aovs: globs(&self.aov)?,
            rules: self.tolerance.rules()?,
            extent: if self.crop { Extent::Common } else { Extent::Union },
            probes: self.probes.probes(),
            task: Task::Compare,
        })
    }

    fn sequences(&self) -> anyhow::Result<Vec<Sequence>> {
        let mut sequences: Vec<Sequence> =
            self.paths.iter().map(|path| resolve(path)).collect::<Result<_, _>>()?;
        name_apart(&mut sequences);
        Ok(sequences)
    }

    /// Takes the reference out of `sequences`, where one of them is it.
    fn against(&self, sequences: &mut Vec<Sequence>) -> anyhow::Result<Against> {
        Ok(match self.against {
            AgainstChoice::Sequence => {
                if sequences.len() < 2 {
                    bail!(
                        "compare takes a reference and at least one candidate, and got {:?} alone \
                         (to compare a sequence with itself: --against previous, or --against frame:N)",
                        self.paths.first().map_or("", |path| path)
                    );
                }
                Against::Sequence { reference: sequences.remove(0), offset: self.offset }
            }
            _ if self.offset != 0 => bail!("--offset goes with --against sequence only"),
            AgainstChoice::Previous => Against::Previous,
            AgainstChoice::Frame(number) => Against::Frame(number),
        })
    }
}

/// Compares, writes what was asked for, and a table to `out` (or the JSON, for `--json -`).
///
/// # Errors
/// When the arguments make no plan, or an output cannot be written.
pub fn run(args: &Args, out: &mut impl Write, cancel: Arc<AtomicBool>) -> anyhow::Result<Verdict> {
    if args.workspace.is_none() {
        args.output.check(!args.probes.probes().is_empty())?;
    }
    let (plan, skipped) = args.plan()?;
    args.output.check(!plan.probes.is_empty())?;
    skipped.iter().for_each(|reason| super::note(&format!("left out: {reason}")));
    let context = args.run.context(cancel)?;
    let report = execute(&plan, context, &args.output, args.run.quiet)?;
    args.output.write(&report, out)?;
    if !args.output.json_on_stdout() {
        table::write(&report, out)?;
    }
    out.flush()?;
    Ok(if skipped.is_empty() { report.summary.verdict() } else { Verdict::Incomplete })
}

/// All that a comparison gave.
#[derive(Debug)]
pub struct Report {
    /// Of reference, candidates and back end.
    pub names: ReportNames,
    /// Per AOV and candidate.
    pub summary: engine::Summary,
    /// In frame order.
    pub rows: Vec<FrameRow>,
    /// The tracked pixels and regions.
    pub series: Option<engine::Series>,
}

/// Runs `plan` with a progress bar; maps are written on the way.
///
/// # Errors
/// When there is nothing to compare, the run was cancelled, or the folder of the maps cannot be made.
pub fn execute(
    plan: &Plan,
    mut context: engine::Context,
    output: &output::OutputArgs,
    quiet: bool,
) -> anyhow::Result<Report> {
    let sinks = output.map_sinks()?;
    (context.maps, context.temporal) = (sinks.frames, sinks.temporal);
    let mut rows = Vec::new();
    let progress = Progress::new(quiet);
    let finished = engine::run(plan, &context, &mut |event| match event {
        Event::Row(row) => rows.push(row.clone()),
        Event::Trouble(text) => progress.note(text),
        Event::Progress { done, total } => progress.at(done, total),
        Event::Pass { number, total, aovs } => {
            let aovs = aovs.join(", ");
            progress.note(&format!(
                "the maps over all frames do not fit the memory at once: reading again for {aovs} \
                 (pass {number} of {total}; --memory gives more)"
            ));
        }
    })?;
    progress.finish();
    for probe in finished.series.iter().flat_map(super::probe::outside_everywhere) {
        progress.note(&format!("the tracked {} lies outside every data window", probe.window));
    }
    if let Some(trouble) = context.backend.trouble() {
        progress.note(&trouble);
    }
    let names = ReportNames {
        reference: plan.against.reference_name(),
        candidates: plan.candidates.iter().map(|candidate| candidate.name.clone()).collect(),
        backend: context.backend.name().to_owned(),
    };
    Ok(Report { names, summary: finished.summary, rows, series: finished.series })
}
