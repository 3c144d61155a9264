//! What can go wrong on the way to a device, or on it.

/// Values that `WGPU_BACKEND` may have here.
pub(super) const INTERFACES: &str = "vulkan, metal, dx12, gl";

/// Why the GPU cannot do something. Nothing here is fatal: the CPU does the same work.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No driver, no device, or none of the wanted sort.
    #[error(
        "no {wanted} graphics adapter: {reason} (install the driver of your GPU, or Mesa's software \
         Vulkan: packages mesa-vulkan-drivers and libvulkan1; or compare on the CPU with --backend cpu)"
    )]
    NoAdapter {
        /// `hardware`, `software` or `usable`.
        wanted: &'static str,
        /// What was found instead.
        reason: String,
    },
    /// The variable that chooses among the interfaces to drivers names none.
    #[error(
        "WGPU_BACKEND is {value:?}, none of which is an interface to graphics drivers, so that no adapter \
         is looked for: set it to some of {INTERFACES} with commas between, or unset it"
    )]
    UnknownInterface {
        /// As it is set.
        value: String,
    },
    /// A name without a letter.
    #[error(
        "the name of the adapter is blank: give its number, or part of its name, as `aovscope gpu` lists them"
    )]
    BlankName,
    /// None is as it was named.
    #[error("no graphics adapter is {wanted}; there are {}", .found.join(", "))]
    NoSuchAdapter {
        /// Index, or part of a name in quotes.
        wanted: String,
        /// Index, name and interface of each that there is.
        found: Vec<String>,
    },
    /// The adapter is there and refuses to work.
    #[error("the adapter {adapter:?} gave no device: {reason}")]
    NoDevice {
        /// Its name.
        adapter: String,
        /// In the driver's words.
        reason: String,
    },
    /// The picture does not fit into one texture.
    #[error("{width}x{height} pixels are over the limit of {limit} a side of the adapter {adapter:?}")]
    TooLarge {
        /// Columns.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels a side.
        limit: u32,
        /// Its name.
        adapter: String,
    },
    /// The device's memory is full.
    #[error(
        "out of memory on the GPU ({bytes} bytes were asked for; lower the budget or close other programs)"
    )]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u64,
    },
    /// The device is sure of numbers that are wrong.
    #[error(
        "the adapter {adapter:?} does not compute as IEEE 754 asks: {reason} (update its driver, or \
         compare on the CPU with --backend cpu)"
    )]
    Arithmetic {
        /// Its name.
        adapter: String,
        /// The first number that is wrong.
        reason: String,
    },
    /// The device refused a command or is lost.
    #[error("the GPU device failed: {reason}")]
    Device {
        /// In wgpu's words.
        reason: String,
    },
}
