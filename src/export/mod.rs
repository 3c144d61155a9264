//! Results become files: tables, arrays and pictures, each in one file of this folder.
//!
//! Every file is written beside its target and renamed when it is whole ([`AtomicFile`]): a reader
//! never meets half a file, and what stood there before stays until then.

mod atomic;
mod csv;
mod npy;
mod npz;
mod text;

pub use atomic::{AtomicFile, Error, remove_unfinished, write_file};
pub use csv::{COLUMNS as CSV_COLUMNS, export_csv, write_csv};
pub use npz::export_npz;
pub use text::number as number_text;

/// The name of a CSV export unless the user gives one.
pub const DEFAULT_CSV: &str = "comparison_export.csv";

/// The name of an NPZ export unless the user gives one.
pub const DEFAULT_NPZ: &str = "comparison_export.npz";
