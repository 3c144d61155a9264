//! Opens the window.

fn main() -> anyhow::Result<()> {
    let paths = std::env::args_os().skip(1).map(Into::into).collect();
    aovscope::app::run(aovscope::app::Options { paths, memory_bytes: None })
}
