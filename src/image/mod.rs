//! What a picture is: samples as stored, windows, channels, AOVs and their kinds.
//!
//! Knows no file format and no arithmetic of comparison.

mod info;
mod kind;
mod naming;
mod plane;
mod sample;
mod window;

pub use info::{Aov, AovChannel, AovKind, ChannelInfo, FileFormat, ImageInfo, PartInfo, PartLayout};
pub use naming::group_aovs;
pub use plane::{Plane, PlaneChannel};
pub use sample::{Sample, SampleType, Samples};
pub use window::Window;
