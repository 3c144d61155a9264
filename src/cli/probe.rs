//! `aovscope probe PATH... --pixel X,Y`: exact values of pixels and regions over frames and
//! sequences.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{anyhow, bail};

use super::args::{ProbeArgs, RunArgs, ToleranceArgs, globs};
use super::objects;
use super::progress::Progress;
use super::workspace::{Base, Choices};
use crate::engine::{self, Against, CellStatus, Event, Plan, Probe, Series, Task, Verdict};
use crate::export::{self, CurveStyle};
use crate::metric::Extent;
use crate::sequence::{Depth, FrameSet, Sequence, discover};

/// Arguments of `aovscope probe`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Folders, patterns or files; all their sequences are probed.
    #[arg(required_unless_present = "workspace", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Sequences, reference, rules, probes and frames of a workspace that the window saved; what is
    /// given beside it takes its place.
    #[arg(long, value_name = "FILE")]
    pub workspace: Option<PathBuf>,
    /// The sequence that the others are compared with, by name; without it values are only listed.
    #[arg(long, value_name = "NAME")]
    pub reference: Option<String>,
    /// AOVs to take, by glob, whatever the case (may be repeated); all unless given.
    #[arg(long, value_name = "GLOB")]
    pub aov: Vec<String>,
    /// Frames to take: 1-100x2,200.
    #[arg(long, value_name = "RANGE", allow_hyphen_values = true)]
    pub frames: Option<FrameSet>,
    /// Frame of the others = reference frame + N.
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub offset: i64,
    /// Search the folders below the given ones too.
    #[arg(long, short)]
    pub recursive: bool,
    /// Pixels and regions.
    #[command(flatten)]
    pub probes: ProbeArgs,
    /// Track the pixels that this object of a Cryptomatte covers most in the first frame of the reference,
    /// else of the first sequence (may be repeated). `aovscope info --json` lists the names.
    #[arg(long, value_name = "NAME", help_heading = "Tracking")]
    pub object: Vec<String>,
    /// When a delta counts as changed.
    #[command(flatten)]
    pub tolerance: ToleranceArgs,
    /// Write CSV to this file; without --csv, --npz and --plot it goes to standard output.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub csv: Option<PathBuf>,
    /// Write NPZ to this file, for numpy.load.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub npz: Option<PathBuf>,
    /// Draw the values over the frames into this file, SVG or PNG by its ending: for each pixel, region and
    /// AOV a plot, and below it what differs from the reference.
    #[arg(long, value_name = "FILE", value_parser = plot_file, help_heading = "Output")]
    pub plot: Option<PathBuf>,
    /// Channels of the plot, by name (may be repeated); all unless given.
    #[arg(long, value_name = "NAME", requires = "plot", help_heading = "Output")]
    pub channel: Vec<String>,
    /// How to compute.
    #[command(flatten)]
    pub run: RunArgs,
}

impl Args {
    /// The plan, and the paths that hold no sequence, with the reason.
    fn plan(&self) -> anyhow::Result<(Plan, Vec<String>)> {
        let (mut plan, skipped) = match &self.workspace {
            Some(file) => self.plan_of_workspace(file)?,
            None => self.plan_of_paths()?,
        };
        plan.probes.extend(objects::masks(&self.object, &plan)?);
        if plan.probes.is_empty() {
            bail!(
                "the workspace tracks nothing: name a pixel with --pixel X,Y or a region with --region X,Y,W,H"
            );
        }
        Ok((plan, skipped))
    }

    fn plan_of_workspace(&self, file: &Path) -> anyhow::Result<(Plan, Vec<String>)> {
        let mut base = Base::read(file, Task::Track)?;
        let mut skipped = Vec::new();
        if self.paths.is_empty() {
            skipped = base.take_missing();
        } else {
            let (sequences, left_out) = self.sequences()?;
            (base.plan.candidates, base.plan.against) = (sequences, Against::Nothing);
            skipped.extend(left_out);
        }
        if let Some(name) = &self.reference {
            let plan = &mut base.plan;
            if let Against::Sequence { reference, .. } = &plan.against {
                plan.candidates.insert(0, reference.clone());
            }
            let reference = plan.candidates.remove(find(&plan.candidates, name)?);
            plan.against = Against::Sequence { reference, offset: self.offset };
        } else if let Against::Sequence { offset, .. } = &mut base.plan.against {
            *offset = self.offset;
        }
        if base.plan.candidates.is_empty() {
            bail!("there is nothing beside the reference");
        }
        let choices = Choices {
            frames: &self.frames,
            aov: &self.aov,
            tolerance: &self.tolerance,
            probes: &self.probes,
        };
        Ok((base.with(&choices)?, skipped))
    }

    fn sequences(&self) -> anyhow::Result<(Vec<Sequence>, Vec<String>)> {
        let depth = if self.recursive { Depth::Recursive } else { Depth::Flat };
        let found = discover(&self.paths, depth)?;
        if found.sequences.is_empty() {
            bail!("no sequence of EXR, PNG or JPEG files under {:?}", self.paths);
        }
        let skipped = found.skipped.iter().map(|(path, reason)| format!("{reason}: {path:?}"));
        Ok((found.sequences, skipped.collect()))
    }

    fn plan_of_paths(&self) -> anyhow::Result<(Plan, Vec<String>)> {
        let probes = self.probes.probes();
        if probes.is_empty() && self.object.is_empty() {
            bail!(
                "nothing to probe: name a pixel with --pixel X,Y, a region with --region X,Y,W,H or an object \
                 with --object NAME"
            );
        }
        let (mut sequences, skipped) = self.sequences()?;
        let against = match &self.reference {
            Some(name) => {
                let reference = sequences.remove(find(&sequences, name)?);
                Against::Sequence { reference, offset: self.offset }
            }
            None if self.offset != 0 => bail!("--offset needs --reference: it shifts the others against it"),
            None => Against::Nothing,
        };
        let plan = Plan {
            against,
            candidates: sequences,
            frames: self.frames.clone(),
            aovs: globs(&self.aov)?,
            rules: self.tolerance.rules()?,
            extent: Extent::Union,
            probes,
            task: Task::Track,
        };
        Ok((plan, skipped))
    }
}

fn find(sequences: &[Sequence], name: &str) -> anyhow::Result<usize> {
    let exact = sequences.iter().position(|sequence| sequence.name == name);
    let any_case = || sequences.iter().position(|sequence| sequence.name.eq_ignore_ascii_case(name));
    exact.or_else(any_case).ok_or_else(|| {
        let names: Vec<&str> = sequences.iter().map(|sequence| sequence.name.as_str()).collect();
        anyhow!("no sequence is named {name:?}; there are {names:?}")
    })
}

/// Probes; without files to write, CSV goes to `out`.
///
/// # Errors
/// When the arguments make no plan, or an output cannot be written.
pub fn run(args: &Args, out: &mut impl Write, cancel: Arc<AtomicBool>) -> anyhow::Result<Verdict> {
    let (plan, skipped) = args.plan()?;
    let context = args.run.context(cancel)?;
    let progress = Progress::new(args.run.quiet);
    for reason in &skipped {
        progress.note(&format!("left out: {reason}"));
    }
    let mut reasons: Vec<String> = Vec::new();
    let finished = engine::run(&plan, &context, &mut |event| match event {
        Event::Row(row) => {
            if let Some(failure) = row.failure()
                && !reasons.contains(&failure.reason)
            {
                progress.note(&failure.reason);
                reasons.push(failure.reason.clone());
            }
        }
        Event::Trouble(text) => progress.note(text),
        Event::Progress { done, total } => progress.at(done, total),
        Event::Pass { .. } => {}
    })?;
    progress.finish();
    if let Some(trouble) = context.backend.trouble() {
        progress.note(&trouble);
    }
    let series = finished.series.expect("a plan with probes gives a series");
    for probe in outside_everywhere(&series) {
        progress.note(&format!("the tracked {} lies outside every data window", probe.window));
    }
    if let Some(path) = &args.csv {
        export::export_csv(&series, path)?;
    }
    if let Some(path) = &args.npz {
        export::export_npz(&series, path)?;
    }
    if let Some(path) = &args.plot {
        plot(&series, &args.channel, path)?;
    }
    if args.csv.is_none() && args.npz.is_none() && args.plot.is_none() {
        export::write_csv(&series, &mut *out)?;
    }
    out.flush()?;
    Ok(match finished.summary.verdict() {
        Verdict::Incomplete => Verdict::Incomplete,
        _ if !skipped.is_empty() => Verdict::Incomplete,
        _ if series.cells.iter().any(|cell| cell.changed) => Verdict::Different,
        _ => Verdict::Same,
    })
}

/// A file that a plot can be written to.
fn plot_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = ["svg", "png"].into_iter().any(|ending| has_ending(&path, ending));
    is_known.then_some(path).ok_or_else(|| "a plot is written as .svg or .png".to_owned())
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

fn plot(series: &Series, channels: &[String], path: &Path) -> anyhow::Result<()> {
    let is_there = |name: &&String| series.channels.iter().any(|c| c.channel.eq_ignore_ascii_case(name));
    if let Some(name) = channels.iter().find(|name| !is_there(name)) {
        let mut names: Vec<&str> = series.channels.iter().map(|c| c.channel.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        bail!("no channel is named {name:?}; there are {names:?}");
    }
    let style = CurveStyle { channels: channels.to_vec(), ..CurveStyle::default() };
    if has_ending(path, "svg") {
        export::export_curves_svg(series, &style, path)?;
    } else {
        export::export_curves_png(series, &style, path)?;
    }
    Ok(())
}

/// Probes that no frame of any sequence has a pixel of: a slip of the pen, most likely.
pub(super) fn outside_everywhere(series: &Series) -> Vec<&Probe> {
    let probes = series.probes.iter().enumerate();
    probes.filter(|(index, _)| is_outside_everywhere(series, *index)).map(|(_, probe)| probe).collect()
}

fn is_outside_everywhere(series: &Series, probe: usize) -> bool {
    let cells = (0..series.sequences.len()).flat_map(|s| {
        (0..series.frames.len()).flat_map(move |f| (0..series.channels.len()).map(move |c| (s, f, c)))
    });
    let mut outside = false;
    for (s, f, c) in cells {
        let cell = series.cell(s, f, probe, c);
        if cell.value.is_some() {
            return false;
        }
        outside |= cell.status == CellStatus::OutsideDataWindow;
    }
    outside
}
