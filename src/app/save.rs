//! Small files that must not wait for an export: workspaces, settings, pictures of the view.

use std::io::Write as _;
use std::path::PathBuf;

use egui_wgpu::wgpu;

use super::jobs::Message;
use super::target::Target;
use crate::export::{Picture, export_picture_png, write_file};
use crate::gpu::Gpu;

/// Something to be written.
pub enum SaveJob {
    /// A text.
    Text(TextFile),
    /// A picture of the view.
    Picture(Box<Capture>),
}

/// A text file.
pub struct TextFile {
    /// Where it goes.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
    /// Whether the user asked for it, and is told.
    pub is_told: bool,
}

/// A part of the window as it was drawn, still on the device.
pub struct Capture {
    /// The device.
    pub gpu: Gpu,
    /// Four bytes a pixel, each row a multiple of 256 bytes.
    pub buffer: wgpu::Buffer,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Whether blue comes first.
    pub is_bgra: bool,
    /// Where it goes.
    pub target: Target,
}

/// Bytes of one row of so many pixels in a buffer.
pub fn row_bytes(width: u32) -> u32 {
    (width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
}

/// Writes it; what there is to tell of it.
pub fn save(job: SaveJob) -> Option<Message> {
    match job {
        SaveJob::Text(file) => {
            let written = write_file(&file.path, |out| out.write_all(file.text.as_bytes()));
            match written {
                Ok(()) => file.is_told.then_some(Message::Saved(Ok(file.path))),
                Err(error) => Some(Message::Saved(Err(error.to_string()))),
            }
        }
        SaveJob::Picture(capture) => Some(Message::Exported(write_capture(&capture))),
    }
}

fn write_capture(capture: &Capture) -> Result<PathBuf, String> {
    let (width, height) = capture.size;
    let row = row_bytes(width) as usize;
    let bytes = row as u64 * u64::from(height);
    let pixels = capture.gpu.read(&[(&capture.buffer, bytes)], |bytes| {
        let rows = bytes[0].chunks_exact(row).map(|row| &row[..width as usize * 4]);
        let pixel = |p: &[u8]| if capture.is_bgra { [p[2], p[1], p[0]] } else { [p[0], p[1], p[2]] };
        rows.flat_map(|row| row.chunks_exact(4)).map(pixel).collect()
    });
    let pixels = pixels.map_err(|error| error.to_string())?;
    let picture = Picture { width: width as usize, height: height as usize, pixels };
    let path = capture.target.path()?;
    export_picture_png(&picture, "aovscope", &path).map_err(|error| error.to_string())?;
    Ok(path)
}
