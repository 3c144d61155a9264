//! What commands write beside their table: `--json --csv --npz --maps`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;

use super::compare::Report;
use crate::engine::{MapSink, Series};
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
    /// Write a heat map of every frame and AOV into this folder: PNG with legend, EXR with values.
    #[arg(long, value_name = "DIR")]
    pub maps: Option<PathBuf>,
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

    /// Takes the maps of a run, where they are asked for.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn map_sink(&self) -> anyhow::Result<Option<Arc<dyn MapSink>>> {
        let Some(folder) = &self.maps else { return Ok(None) };
        Ok(Some(Arc::new(export::MapFolder::new(folder, export::MapStyle::default())?)))
    }
}
