//! What the shader is told of a band at one exposure.

use super::FlipJob;
use crate::gpu::type_code;
use crate::image::Window;
use crate::metric::flip::{Constants, colour};

/// The same struct in the shader; a test below compares the two layouts.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Params {
    width: u32,
    height: u32,
    first_row: u32,
    rows: u32,
    a_offset: [i32; 2],
    b_offset: [i32; 2],
    a_type: u32,
    b_type: u32,
    is_hdr: u32,
    scale: f32,
    radius: u32,
    stride: u32,
    first: u32,
    largest: f32,
    counts: [[u32; 4]; 2],
    opponent: [[f32; 4]; 3],
    from_opponent: [[f32; 4]; 3],
    normal: [[f32; 4]; 3],
    aces: [[f32; 4]; 2],
    knee: [f32; 4],
}

/// `rows` are the first and the number of them; `first` is the exposure that the others follow.
pub(super) fn params(
    job: &FlipJob<'_>,
    constants: &Constants,
    rows: (u32, u32),
    scale: Option<f32>,
    first: bool,
) -> Params {
    let [a_type, b_type] = job.supported().expect("callers ask `supported` first");
    let window = job.window;
    let offset = |w: Window| [window.x - w.x, window.y - w.y];
    let counts = constants.filters.all().map(|taps| taps.len() as u32);
    let [c0, c1, c2, c3, c4, c5] = colour::ACES;
    let row = |[x, y, z]: [f32; 3]| [x, y, z, 0.0];
    Params {
        width: window.width,
        height: window.height,
        first_row: rows.0,
        rows: rows.1,
        a_offset: offset(job.candidate.data_window),
        b_offset: offset(job.reference.data_window),
        a_type: type_code(a_type),
        b_type: type_code(b_type),
        is_hdr: scale.is_some().into(),
        scale: scale.unwrap_or(1.0),
        radius: constants.filters.radius as u32,
        stride: stride(constants) as u32,
        first: first.into(),
        largest: constants.largest,
        counts: [[counts[0], counts[1], counts[2], counts[3]], [counts[4], counts[5], counts[6], 0]],
        opponent: colour::OPPONENT.map(row),
        from_opponent: colour::FROM_OPPONENT.map(row),
        normal: colour::NORMAL.map(row),
        aces: [[c0, c1, c2, c3], [c4, c5, colour::LARGEST, 0.0]],
        knee: [colour::COLOUR_EXPONENT, colour::KNEE, colour::KNEE_ERROR, 0.0],
    }
}

/// Values from one filter to the next in the buffer of taps.
pub(super) fn stride(constants: &Constants) -> usize {
    constants.filters.radius + 1
}

#[cfg(test)]
mod tests {
    use super::Params;
    use crate::gpu::flip::flip_source;
    use crate::gpu::shader::assert_layout;

    #[test]
    fn params_have_one_layout() {
        assert_layout!(
            Params,
            flip_source(),
            [
                width,
                height,
                first_row,
                rows,
                a_offset,
                b_offset,
                a_type,
                b_type,
                is_hdr,
                scale,
                radius,
                stride,
                first,
                largest,
                counts,
                opponent,
                from_opponent,
                normal,
                aces,
                knee,
            ]
        );
    }
}
