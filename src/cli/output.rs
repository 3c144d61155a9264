//! What commands write beside their table: `--json --csv --npz --maps --map-kinds`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use clap::ValueEnum;

use super::compare::Report;
use crate::engine::{MapSink, Series, Temporal, TemporalSink};
use crate::export;

/// Files to write.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write the whole report as JSON; - writes it to standard output.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the tracked values as CSV; without --pixel or --region, the figures of all frames.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write the tracked values as NPZ, for numpy.load; needs --pixel or --region.
    #[arg(long, value_name = "FILE")]
    pub npz: Option<PathBuf>,
    /// Write heat maps into this folder: PNG with legend, EXR with values.
    #[arg(long, value_name = "DIR")]
    pub maps: Option<PathBuf>,
    /// Which maps (comma-separated, may be repeated); frames and delta unless given.
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',', requires = "maps")]
    pub map_kinds: Vec<MapKind>,
}

/// `--map-kinds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MapKind {
    /// the delta of every frame
    Frames,
    /// the delta over all frames: max, mean, std, how often and when first changed
    Delta,
    /// each sequence's own values over all frames: min, max, mean, std, static
    Values,
}

impl MapKind {
    /// Own values are of a sequence, not of a comparison, and take six times the memory of the delta:
    /// only on request.
    const DEFAULT: [Self; 2] = [Self::Frames, Self::Delta];
}

/// Where the maps of a run go.
#[derive(Clone, Default)]
pub struct MapSinks {
    /// Those of single frames.
    pub frames: Option<Arc<dyn MapSink>>,
    /// Those over all frames.
    pub temporal: Option<Temporal>,
}

impl OutputArgs {
    /// # Errors
    /// When an output makes no sense: found before the work, not after it.
    pub fn check(&self, has_probes: bool) -> anyhow::Result<()> {
        if self.npz.is_some() && !has_probes {
            bail!("--npz holds tracked values: say which with --pixel X,Y or --region X,Y,W,H");
        }
        if [&self.csv, &self.npz, &self.maps].into_iter().flatten().any(|path| path == Path::new("-")) {
            bail!("only --json can write to standard output (-)");
        }
        Ok(())
    }

    /// Whether standard output belongs to the JSON.
    pub fn json_on_stdout(&self) -> bool {
        self.json.as_deref() == Some(Path::new("-"))
    }

    /// Writes all files asked for.
    ///
    /// # Errors
    /// With the file that could not be written.
    pub fn write(&self, report: &Report, out: &mut impl Write) -> anyhow::Result<()> {
        if self.json_on_stdout() {
            export::write_json(&report.names, &report.summary, &report.rows, &mut *out)?;
        } else if let Some(path) = &self.json {
            export::write_file(path, |file| {
                let mut file = io::BufWriter::new(file);
                export::write_json(&report.names, &report.summary, &report.rows, &mut file)?;
                file.flush()
            })?;
        }
        match (&report.series, &self.csv) {
            (None, Some(path)) => export::export_frames_csv(&report.rows, &report.names.candidates, path)?,
            (Some(series), _) => self.write_series(series)?,
            (None, None) => {}
        }
        Ok(())
    }

    /// Writes the tracked values.
    ///
    /// # Errors
    /// With the file that could not be written.
    pub fn write_series(&self, series: &Series) -> anyhow::Result<()> {
        if let Some(path) = &self.csv {
            export::export_csv(series, path)?;
        }
        if let Some(path) = &self.npz {
            export::export_npz(series, path)?;
        }
        Ok(())
    }

    /// Takes the maps of a run, as far as they are asked for.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn map_sinks(&self) -> anyhow::Result<MapSinks> {
        let Some(folder) = &self.maps else { return Ok(MapSinks::default()) };
        let folder = Arc::new(export::MapFolder::new(folder, export::MapStyle::default())?);
        let kinds = if self.map_kinds.is_empty() { &MapKind::DEFAULT[..] } else { &self.map_kinds };
        let [frames, delta, values] =
            [MapKind::Frames, MapKind::Delta, MapKind::Values].map(|kind| kinds.contains(&kind));
        let temporal = Temporal { delta, values, sink: Arc::clone(&folder) as Arc<dyn TemporalSink> };
        Ok(MapSinks {
            frames: frames.then_some(folder as Arc<dyn MapSink>),
            temporal: (delta || values).then_some(temporal),
        })
    }
}
