//! Files become planes: compared with what other software reads from them.

mod exr;
