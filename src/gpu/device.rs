//! The graphics device: its limits, its errors as values, waiting for it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::adapter::is_software;
use super::{Error, Wanted, adapters, choose};

/// A device and its queue, with what is needed to use both. Cheap to clone: all clones share the
/// device.
#[derive(Clone, Debug)]
pub struct Gpu {
    info: wgpu::AdapterInfo,
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The first error that nobody asked about, or why the device is lost.
    trouble: Arc<Mutex<Option<String>>>,
    /// See [`Gpu::turn`].
    turns: Arc<Mutex<()>>,
}

impl Gpu {
    /// Opens a device without a screen. The variables `WGPU_BACKEND` (`vulkan`, `gl` ...) and
    /// `WGPU_ADAPTER_NAME` (part of a name, any case) narrow the choice; an adapter that `wanted`
    /// names goes before the latter.
    ///
    /// # Errors
    /// When there is no such adapter, or it gives no device.
    pub fn open(wanted: impl Into<Wanted>) -> Result<Self, Error> {
        let adapters = adapters();
        let chosen = choose(&adapters, &wanted.into())?;
        adapters[chosen].open()
    }

    /// Wraps a device made elsewhere (by the window, for its surface) from [`device_descriptor`].
    /// Takes over its handlers for uncaptured errors and for loss.
    pub fn from_parts(info: wgpu::AdapterInfo, device: wgpu::Device, queue: wgpu::Queue) -> Self {
        let trouble = Arc::new(Mutex::new(None));
        let note = Arc::clone(&trouble);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| keep_first(&note, error.to_string())));
        let note = Arc::clone(&trouble);
        device.set_device_lost_callback(move |reason, message| {
            let how = if reason == wgpu::DeviceLostReason::Destroyed { "destroyed" } else { "lost" };
            // In the stead of an error that may have followed from it.
            let text = format!("the device was {how}: {message}");
            *note.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
        });
        Self { info, device, queue, trouble, turns: Arc::default() }
    }

    /// The adapter's name.
    pub fn adapter_name(&self) -> &str {
        &self.info.name
    }

    /// Whether the adapter is a CPU that plays a GPU: right, but slower than the CPU back end.
    pub fn is_software(&self) -> bool {
        is_software(&self.info)
    }

    /// Whether it takes seconds to compile a shader for its first use, without a word: so does GL in
    /// software.
    pub fn compiles_slowly(&self) -> bool {
        self.is_software() && self.info.backend == wgpu::Backend::Gl
    }

    /// To be held by who works with a device that serves one thread at a time. GL does: it has one
    /// context, and wgpu 30 panics in the thread that waits for it longer than seconds, as for another
    /// that compiles.
    pub(super) fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        let is_for_one = self.info.backend == wgpu::Backend::Gl;
        is_for_one.then(|| self.turns.lock().unwrap_or_else(PoisonError::into_inner))
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

    /// Most pixels a side of a texture.
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

    /// The reason behind an error: a device that is lost says so only when it is asked, and refuses
    /// commands with errors of another sort until then.
    pub(super) fn reason_of(&self, error: Error) -> Error {
        let polled = self.poll();
        self.check().and(polled).err().unwrap_or(error)
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
        let wanted: Vec<_> = buffers.iter().map(|&(b, len)| (b, wgpu::MapMode::Read, len)).collect();
        self.map(&wanted)?;
        self.mapped(buffers, read)
    }

    /// Waits until the first `len` bytes of all `buffers` are mapped, after all that was submitted
    /// with them: blocks as [`Gpu::read`] does.
    ///
    /// # Errors
    /// When the device failed meanwhile.
    pub(super) fn map(&self, buffers: &[(&wgpu::Buffer, wgpu::MapMode, u64)]) -> Result<(), Error> {
        let (done, wait) = mpsc::sync_channel(buffers.len());
        for (buffer, mode, len) in buffers {
            let done = done.clone();
            // Nobody listens any more only where an error ended the wait below.
            buffer.map_async(*mode, ..*len, move |result| drop(done.send(result)));
        }
        for _ in buffers {
            self.wait(&wait)?.map_err(|e| Error::Device { reason: e.to_string() })?;
        }
        Ok(())
    }

    /// Reads buffers that [`Gpu::map`] mapped, and unmaps them.
    ///
    /// # Errors
    /// When the device failed meanwhile.
    pub(super) fn mapped<T>(
        &self,
        buffers: &[(&wgpu::Buffer, u64)],
        read: impl FnOnce(&[&[u8]]) -> T,
    ) -> Result<T, Error> {
        let views: Result<Vec<_>, _> = buffers.iter().map(|(b, len)| b.get_mapped_range(..*len)).collect();
        let views = views.map_err(|e| Error::Device { reason: e.to_string() })?;
        let slices: Vec<&[u8]> = views.iter().map(|v| &**v).collect();
        let result = read(&slices);
        drop(slices);
        drop(views);
        buffers.iter().for_each(|(b, _)| b.unmap());
        Ok(result)
    }

    /// Waits until the device has done all that was submitted: blocks as [`Gpu::read`] does.
    ///
    /// # Errors
    /// When the device failed meanwhile.
    pub fn idle(&self) -> Result<(), Error> {
        let (done, wait) = mpsc::sync_channel(1);
        self.queue.on_submitted_work_done(move || {
            // As above.
            let _ = done.send(());
        });
        self.wait(&wait)
    }

    /// Polls until a message comes. Never `poll(Wait)`: it would hold a lock that the thread which
    /// draws needs, for as long as the job takes.
    fn wait<T>(&self, wait: &mpsc::Receiver<T>) -> Result<T, Error> {
        let mut pause = Duration::from_micros(20);
        loop {
            self.poll()?;
            match wait.recv_timeout(pause) {
                Ok(message) => return Ok(message),
                Err(_) => {
                    self.check()?;
                    pause = (pause * 2).min(Duration::from_micros(500));
                }
            }
        }
    }

    /// wgpu 30 panics in `poll` where the driver says that the device is lost; a frame that a driver
    /// resets must not end the run.
    fn poll(&self) -> Result<(), Error> {
        match catch_unwind(AssertUnwindSafe(|| self.device.poll(wgpu::PollType::Poll))) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Error::Device { reason: error.to_string() }),
            Err(_) => {
                keep_first(&self.trouble, "the device was lost while it was waited for".to_owned());
                self.check()
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
