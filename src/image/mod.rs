//! What a picture is: samples as stored, windows, channels, AOVs and their kinds; and how
//! a number becomes a colour.
//!
//! Knows no file format and no arithmetic of comparison.

mod colormap;
pub mod cryptomatte;
mod info;
mod kind;
mod luminance;
mod naming;
mod plane;
pub mod pool;
mod range;
mod sample;
mod window;

pub use colormap::ColorMap;
pub use cryptomatte::{Cryptomatte, ObjectNames};
pub use info::{Aov, AovChannel, AovKind, ChannelInfo, FileFormat, ImageInfo, PartInfo, PartLayout};
pub use luminance::{Chromaticities, is_luminance_chroma, rgb_from_luminance_chroma};
pub use naming::group_aovs;
pub use plane::{Plane, PlaneChannel, Unreadable};
pub use range::{DisplayRange, Scale, Tick, round_up, tick_label};
pub use sample::{Sample, SampleType, Samples};
pub use window::Window;
