//! The graphics device: choosing it, its limits, its errors as values, waiting for it.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use super::Error;

/// Which adapter is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// Hardware if there is any, else software.
    Any,
    /// A real GPU; software is refused.
    Hardware,
    /// A software renderer; hardware is refused.
    Software,
}

/// A device and its queue, with what is needed to use both. Cheap to clone: all clones share the
/// device.
#[derive(Clone, Debug)]
pub struct Gpu {
    info: wgpu::AdapterInfo,
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The first error that nobody asked about, or why the device is lost.
    trouble: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    /// Opens a device without a screen. The variables `WGPU_BACKEND` (`vulkan`, `gl` ...) and
    /// `WGPU_ADAPTER_NAME` (part of a name, any case) narrow the choice.
    ///
    /// # Errors
    /// When there is no such adapter, or it gives no device.
    pub fn open(prefer: Prefer) -> Result<Self, Error> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
        let adapter = choose(adapters, prefer)?;
        let info = adapter.get_info();
        let request = adapter.request_device(&device_descriptor(&adapter));
        let (device, queue) = pollster::block_on(request)
            .map_err(|e| Error::NoDevice { adapter: info.name.clone(), reason: e.to_string() })?;
        Ok(Self::from_parts(info, device, queue))
    }

    /// Wraps a device made elsewhere (by the window, for its surface) from [`device_descriptor`].
    /// Takes over its handlers for uncaptured errors and for loss.
    pub fn from_parts(info: wgpu::AdapterInfo, device: wgpu::Device, queue: wgpu::Queue) -> Self {
        let trouble = Arc::new(Mutex::new(None));
        let note = Arc::clone(&trouble);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| keep_first(&note, error.to_string())));
        let note = Arc::clone(&trouble);
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                keep_first(&note, format!("device lost: {message}"));
            }
        });
        Self { info, device, queue, trouble }
    }

    /// The adapter's name.
    pub fn adapter_name(&self) -> &str {
        &self.info.name
    }

    /// Whether the adapter is a CPU that plays a GPU: right, but slower than the CPU back end.
    pub fn is_software(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// What the driver says of itself.
    pub fn info(&self) -> &wgpu::AdapterInfo {
        &self.info
    }

    /// The device.
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// Its queue.
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// Most pixels a side of a picture.
    pub fn max_side(&self) -> u32 {
        self.device.limits().max_texture_dimension_2d
    }

    /// Ok while all is well.
    ///
    /// # Errors
    /// The first uncaptured error of the device, or why it is lost; from then on the results of
    /// this device are worth nothing: make another or use the CPU.
    pub fn check(&self) -> Result<(), Error> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.as_ref().map_or(Ok(()), |reason| Err(Error::Device { reason: reason.clone() }))
    }

    /// Runs `make`, which creates resources of about `bytes` bytes, and turns what the device has
    /// to say about it into an error.
    ///
    /// # Errors
    /// When memory is out or a command is invalid.
    pub fn guarded<T>(&self, bytes: u64, make: impl FnOnce() -> T) -> Result<T, Error> {
        let invalid = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let made = make();
        let memory = pollster::block_on(memory.pop());
        let invalid = pollster::block_on(invalid.pop());
        if memory.is_some() {
            return Err(Error::OutOfMemory { bytes });
        }
        match invalid {
            Some(error) => Err(Error::Device { reason: error.to_string() }),
            None => Ok(made),
        }
    }

    /// Reads mapped buffers of `MAP_READ` after all that was submitted: blocks the calling thread,
    /// which must not be the one that draws. `read` gets the bytes of each buffer's first `len`.
    ///
    /// # Errors
    /// When the device failed meanwhile.
    pub fn read<T>(
        &self,
        buffers: &[(&wgpu::Buffer, u64)],
        read: impl FnOnce(&[&[u8]]) -> T,
    ) -> Result<T, Error> {
        let (done, wait) = mpsc::sync_channel(buffers.len());
        for (buffer, len) in buffers {
            let done = done.clone();
            // Nobody listens any more only where an error ended the wait below.
            buffer.map_async(wgpu::MapMode::Read, ..*len, move |result| drop(done.send(result)));
        }
        for _ in buffers {
            self.wait(&wait)?;
        }
        let views: Result<Vec<_>, _> = buffers.iter().map(|(b, len)| b.get_mapped_range(..*len)).collect();
        let views = views.map_err(|e| Error::Device { reason: e.to_string() })?;
        let slices: Vec<&[u8]> = views.iter().map(|v| &**v).collect();
        let result = read(&slices);
        drop(slices);
        drop(views);
        buffers.iter().for_each(|(b, _)| b.unmap());
        Ok(result)
    }

    /// Polls until a message comes. Never `poll(Wait)`: it would hold a lock that the thread which
    /// draws needs, for as long as the job takes.
    fn wait(&self, wait: &mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>) -> Result<(), Error> {
        let mut pause = Duration::from_micros(20);
        loop {
            let polled = self.device.poll(wgpu::PollType::Poll);
            match wait.recv_timeout(pause) {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => return Err(Error::Device { reason: error.to_string() }),
                Err(_) => {
                    self.check()?;
                    polled.map_err(|e| Error::Device { reason: e.to_string() })?;
                    pause = (pause * 2).min(Duration::from_micros(500));
                }
            }
        }
    }
}

fn keep_first(trouble: &Mutex<Option<String>>, text: String) {
    trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
}

/// What every device of this program is made with: no optional feature, and the adapter's own
/// limits where the usual ones are too small for pictures.
pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    let has = adapter.limits();
    let usual = if adapter.get_info().backend == wgpu::Backend::Gl {
        wgpu::Limits::downlevel_defaults().or_better_values_from(&has)
    } else {
        wgpu::Limits::default()
    };
    wgpu::DeviceDescriptor {
        label: Some("aovscope"),
        required_limits: wgpu::Limits {
            max_texture_dimension_2d: has.max_texture_dimension_2d,
            max_buffer_size: has.max_buffer_size,
            max_storage_buffer_binding_size: has.max_storage_buffer_binding_size,
            ..usual
        },
        ..Default::default()
    }
}

/// Picks one of `adapters` as [`Prefer`] and `WGPU_ADAPTER_NAME` say.
///
/// # Errors
/// When none fits.
pub fn choose(adapters: Vec<wgpu::Adapter>, prefer: Prefer) -> Result<wgpu::Adapter, Error> {
    let wanted_name = std::env::var("WGPU_ADAPTER_NAME").ok().filter(|name| !name.is_empty());
    let found: Vec<String> = adapters.iter().map(|a| a.get_info().name).collect();
    let mut fit: Vec<wgpu::Adapter> = adapters
        .into_iter()
        .filter(|a| {
            let info = a.get_info();
            let named = wanted_name.as_ref().is_none_or(|n| contains_ignoring_case(&info.name, n));
            let is_software = info.device_type == wgpu::DeviceType::Cpu;
            named
                && match prefer {
                    Prefer::Any => true,
                    Prefer::Hardware => !is_software,
                    Prefer::Software => is_software,
                }
        })
        .collect();
    // Stable: adapters of one rank stay in the driver's order.
    fit.sort_by_key(|a| rank(&a.get_info()));
    fit.into_iter().next().ok_or_else(|| Error::NoAdapter {
        wanted: match prefer {
            Prefer::Hardware => "hardware",
            Prefer::Software => "software",
            Prefer::Any => "usable",
        },
        reason: match (&wanted_name, found.is_empty()) {
            (_, true) => "none was found".to_owned(),
            (Some(name), _) => format!("WGPU_ADAPTER_NAME is {name:?}, found were {found:?}"),
            (None, _) => format!("found were only {found:?}"),
        },
    })
}

fn contains_ignoring_case(name: &str, part: &str) -> bool {
    name.to_lowercase().contains(&part.to_lowercase())
}

/// Lower is better.
fn rank(info: &wgpu::AdapterInfo) -> (u8, u8) {
    use wgpu::DeviceType::{Cpu, DiscreteGpu, IntegratedGpu, Other, VirtualGpu};
    let kind = match info.device_type {
        DiscreteGpu => 0,
        IntegratedGpu => 1,
        VirtualGpu => 2,
        Other => 3,
        Cpu => 4,
    };
    // GL compiles compute shaders for seconds and has fewer limits.
    (kind, u8::from(info.backend == wgpu::Backend::Gl))
}
