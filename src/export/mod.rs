//! Results become files: tables, arrays and pictures, each in one file of this folder.
//!
//! Every file is written beside its target and renamed when it is whole ([`AtomicFile`]): a reader
//! never meets half a file, and what stood there before stays until then.

mod atomic;
mod axis;
mod canvas;
mod csv;
mod curves;
mod curves_png;
mod curves_svg;
mod frames_csv;
mod json;
mod legend;
mod map;
mod map_exr;
mod map_folder;
mod map_png;
mod npy;
mod npz;
mod strip;
mod temporal;
mod temporal_exr;
mod temporal_png;
mod text;

pub use atomic::{AtomicFile, Error, remove_unfinished, write_file};
pub use axis::{axis_range, axis_steps};
pub use csv::{COLUMNS as CSV_COLUMNS, export_csv, write_csv};
pub use curves::CurveStyle;
pub use curves_png::export_curves_png;
pub use curves_svg::export_curves_svg;
pub use frames_csv::{FRAME_COLUMNS, export_frames_csv};
pub use json::{ReportNames, write_json};
pub use map::{MapCaption, MapRange, MapStyle, auto_range, auto_range_over_frames};
pub use map_exr::export_map_exr;
pub use map_folder::MapFolder;
pub use map_png::{Picture, draw_map, export_map_png, export_picture_png};
pub use npz::export_npz;
pub use temporal_exr::export_temporal_exr;
pub use temporal_png::{TemporalPicture, temporal_picture, temporal_pictures};
pub use text::number as number_text;

/// The name of a CSV export unless the user gives one.
pub const DEFAULT_CSV: &str = "comparison_export.csv";

/// The name of an NPZ export unless the user gives one.
pub const DEFAULT_NPZ: &str = "comparison_export.npz";
