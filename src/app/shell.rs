//! The event loop: draws when something happened, and sleeps otherwise.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use winit::application::ApplicationHandler;
use winit::event::WindowEvent;
use winit::event_loop::{ActiveEventLoop, ControlFlow, EventLoop, EventLoopProxy};
use winit::window::{Window, WindowId};

use super::frame_log::{FrameLog, Spent, thread_time};
use super::save::{Capture, SaveJob};
use super::settings::Settings;
use super::store::Store;
use super::surface::{Drawing, Surface};
use super::{App, Options, store, theme};
use crate::load::{Wake, half_of_free_memory};

/// How often a device may be made anew within so much time; beyond that something else is wrong.
const RENEWALS: (usize, Duration) = (4, Duration::from_secs(60));

/// How soon it is drawn what does not change the picture: frames decoded ahead, strips that fill. To
/// draw more often, or longer than to wait, would take the processor from those who make them.
const IN_PASSING: Duration = Duration::from_millis(50);

/// A frame that takes longer is drawn by the processor, most likely: in the stead of other work.
const SLOW: Duration = Duration::from_millis(25);

/// What wakes the loop, besides the window's own events.
#[derive(Debug)]
enum UserEvent {
    /// A thread has something to show.
    Wake,
    /// egui wants to draw again, so much later.
    Repaint(Duration),
    /// From the system's accessibility service.
    AccessKit(egui_winit::accesskit_winit::Event),
}

impl From<egui_winit::accesskit_winit::Event> for UserEvent {
    fn from(event: egui_winit::accesskit_winit::Event) -> Self {
        Self::AccessKit(event)
    }
}

/// Opens the window and stays until it is closed. Meant as the last thing that a program does:
/// threads that decode are left to end by themselves.
///
/// # Errors
/// When there is no screen, no graphics driver, or the surface is lost for good.
pub fn run(options: Options) -> anyhow::Result<()> {
    let log = FrameLog::from_environment(Instant::now()).context("cannot make the frame log")?;
    let event_loop = EventLoop::<UserEvent>::with_user_event().build().map_err(|error| {
        // winit begins with a line of its own source: what counts comes last.
        let text = error.to_string();
        let reason = text.rsplit(": ").next().unwrap_or_default();
        anyhow::anyhow!(
            "no screen to open a window on (over ssh, or without DISPLAY, use the commands instead): {reason}"
        )
    })?;
    let proxy = event_loop.create_proxy();
    let waker = proxy.clone();
    let wake: Wake = Arc::new(move || {
        // The loop is gone only when the program ends.
        let _ = waker.send_event(UserEvent::Wake);
    });
    let store = Store::of_user();
    let budget = options.memory_bytes.or_else(|| store.as_ref().and_then(memory_set));
    let mut app = App::new(budget.unwrap_or_else(half_of_free_memory), &wake)?;
    if let Some(store) = store {
        app.remember_in(store);
    }
    app.open(options.paths);
    let mut shell = Shell {
        app,
        proxy,
        screen: None,
        next: None,
        failure: None,
        renewed: Vec::new(),
        log,
        drew: Duration::ZERO,
    };
    let ended = event_loop.run_app(&mut shell);
    let Shell { app, screen, failure, .. } = shell;
    // The window goes first: what is still to be finished is nothing to look at.
    drop(screen);
    app.close();
    ended?;
    failure.map_or(Ok(()), Err)
}

/// The memory for decoded frames that the user has set. What is wrong is told when the settings are read.
fn memory_set(store: &Store) -> Option<u64> {
    let text = store::read(&store.settings).ok()??;
    Settings::read(&text).ok()?.memory_bytes()
}

struct Screen {
    window: Arc<Window>,
    surface: Surface,
    ctx: egui::Context,
    input: egui_winit::State,
}

struct Shell {
    app: App,
    proxy: EventLoopProxy<UserEvent>,
    screen: Option<Screen>,
    next: Option<Instant>,
    failure: Option<anyhow::Error>,
    /// When the device was made anew.
    renewed: Vec<Instant>,
    log: Option<FrameLog>,
    /// How long the last frame took to draw.
    drew: Duration,
}

impl Shell {
    fn open(&mut self, event_loop: &ActiveEventLoop) -> anyhow::Result<Screen> {
        let attributes = Window::default_attributes()
            .with_title("aovscope")
            .with_visible(false)
            .with_inner_size(winit::dpi::LogicalSize::new(1280.0, 720.0))
            .with_min_inner_size(winit::dpi::LogicalSize::new(800.0, 560.0));
        let window = Arc::new(event_loop.create_window(attributes).context("cannot open a window")?);
        // The device takes its time: what was found meanwhile is decoded beside it.
        self.app.tick();
        let surface = Surface::new(event_loop, &window)?;
        self.app.tick();
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let proxy = self.proxy.clone();
        ctx.set_request_repaint_callback(move |info| {
            let _ = proxy.send_event(UserEvent::Repaint(info.delay));
        });
        let side = surface.max_texture_side();
        let scale = window.scale_factor() as f32;
        let root = egui::ViewportId::ROOT;
        let mut input =
            egui_winit::State::new(ctx.clone(), root, event_loop, Some(scale), window.theme(), Some(side));
        input.init_accesskit(event_loop, &window, self.proxy.clone());
        self.use_device_of(&surface);
        window.set_visible(true);
        Ok(Screen { window, surface, ctx, input })
    }

    fn use_device_of(&mut self, surface: &Surface) {
        self.app.device = surface.describe();
        self.app.compute_on(surface.gpu());
        self.app.format = surface.format();
    }

    /// Draws; where the device turns out to be lost, on a new one.
    fn draw_on_any(&mut self, event_loop: &ActiveEventLoop) -> anyhow::Result<()> {
        let drawn = self.draw();
        let check = self.screen.as_ref().map_or(Ok(()), |screen| screen.surface.check());
        match (drawn, check) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(error), _) => self.renew(event_loop, &format!("{error:#}")),
            (_, Err(error)) => self.renew(event_loop, &error.to_string()),
        }
    }

    /// Makes device and surface anew: drivers are reset, cards are unplugged.
    fn renew(&mut self, event_loop: &ActiveEventLoop, reason: &str) -> anyhow::Result<()> {
        let now = Instant::now();
        self.renewed.retain(|at| now.duration_since(*at) < RENEWALS.1);
        self.renewed.push(now);
        if self.renewed.len() > RENEWALS.0 {
            anyhow::bail!("the graphics device fails again and again: {reason}");
        }
        let Some(Screen { window, surface, ctx, input }) = self.screen.take() else { return Ok(()) };
        self.app.leave_device();
        // One window has one surface.
        drop(surface);
        let surface = Surface::new(event_loop, &window)
            .with_context(|| format!("the graphics device is lost, and there is no other: {reason}"))?;
        // The new device has no glyphs: fonts that differ in name are all drawn again.
        let mut fonts = theme::fonts();
        let family = egui::FontFamily::Name(format!("{now:?}").into());
        let same = fonts.families.get(&egui::FontFamily::Proportional).cloned().unwrap_or_default();
        fonts.families.insert(family, same);
        ctx.set_fonts(fonts);
        self.use_device_of(&surface);
        self.app.say(format!("the graphics device was lost and made anew: {reason}"), false);
        window.request_redraw();
        self.screen = Some(Screen { window, surface, ctx, input });
        Ok(())
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        let Some(screen) = &mut self.screen else { return Ok(()) };
        let size = screen.window.inner_size();
        if size.width == 0 || size.height == 0 {
            return Ok(());
        }
        let (began, worked) = (Instant::now(), thread_time());
        let mut spent = Spent::default();
        let input = screen.input.take_egui_input(&screen.window);
        let mut again = None;
        let app = &mut self.app;
        // Asked for before this pass: it draws the picture without notices.
        let is_wanted = app.program.is_screenshot_wanted;
        let output = screen.ctx.run_ui(input, |ui| {
            let before = Instant::now();
            again = app.tick();
            spent.tick += before.elapsed();
            super::ui(ui, app);
        });
        if let Some(after) = again {
            screen.ctx.request_repaint_after(after);
        }
        screen.input.handle_platform_output(&screen.window, output.platform_output);
        let scale = output.pixels_per_point;
        spent.ui = began.elapsed() - spent.tick;
        let before = Instant::now();
        let jobs = screen.ctx.tessellate(output.shapes, scale);
        spent.tessellate = before.elapsed();
        spent.cpu = thread_time().zip(worked).map(|(now, before)| now.saturating_sub(before));
        let before = Instant::now();
        let wanted = app.program.canvas.filter(|_| is_wanted);
        let textures = output.textures_delta;
        let drawing = Drawing { jobs: &jobs, textures, pixels_per_point: scale, wanted };
        let (waited, taken) = screen.surface.draw(&screen.window, drawing)?;
        spent.wait = waited;
        spent.submit = before.elapsed() - spent.wait;
        self.drew = began.elapsed();
        if let Some(taken) = taken {
            let (gpu, target) = (screen.surface.gpu(), app.screenshot_target());
            let (buffer, size, is_bgra) = (taken.buffer, taken.size, taken.is_bgra);
            app.submit_save(SaveJob::Picture(Box::new(Capture { gpu, buffer, size, is_bgra, target })));
        }
        if wanted.is_some() {
            app.program.is_screenshot_wanted = false;
            screen.window.request_redraw();
        }
        if let Some(log) = &mut self.log {
            log.drawn(&self.app, began, &spent).context("cannot write the frame log")?;
        }
        Ok(())
    }

    fn give_up(&mut self, event_loop: &ActiveEventLoop, error: anyhow::Error) {
        self.failure = Some(error);
        event_loop.exit();
    }

    fn redraw_at(&mut self, at: Instant) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

impl ApplicationHandler<UserEvent> for Shell {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.screen.is_some() {
            return;
        }
        match self.open(event_loop) {
            Ok(screen) => {
                screen.window.request_redraw();
                self.screen = Some(screen);
            }
            Err(error) => self.give_up(event_loop, error),
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        let Some(screen) = &mut self.screen else { return };
        match &event {
            WindowEvent::RedrawRequested => {
                if let Err(error) = self.draw_on_any(event_loop) {
                    self.give_up(event_loop, error);
                }
                // egui asks for a repaint here each time: to obey would be to draw for ever.
                return;
            }
            WindowEvent::CloseRequested => {
                event_loop.exit();
                return;
            }
            WindowEvent::Resized(size) => screen.surface.resize(size.width, size.height),
            _ => {}
        }
        if screen.input.on_window_event(&screen.window, &event).repaint {
            screen.window.request_redraw();
        }
    }

    fn user_event(&mut self, _: &ActiveEventLoop, event: UserEvent) {
        match event {
            UserEvent::Wake => self.on_wake(),
            UserEvent::Repaint(delay) => {
                // What moves by itself (a sign that something is being done) moves less smoothly where
                // drawing is slow, else it would be what is being done.
                let least = if self.drew > SLOW { 2 * self.drew } else { Duration::ZERO };
                if let Some(at) = Instant::now().checked_add(delay.max(least)) {
                    self.redraw_at(at);
                }
            }
            UserEvent::AccessKit(event) => self.on_accesskit(event),
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        let flow = match self.next {
            Some(at) if at <= Instant::now() => {
                self.next = None;
                if let Some(screen) = &self.screen {
                    screen.window.request_redraw();
                }
                ControlFlow::Wait
            }
            Some(at) => ControlFlow::WaitUntil(at),
            None => ControlFlow::Wait,
        };
        event_loop.set_control_flow(flow);
    }
}

impl Shell {
    /// Takes in what a thread brought; draws at once where that changes the picture.
    fn on_wake(&mut self) {
        let now = Instant::now();
        // While it plays, each frame that is gone to is drawn: time passes only with drawing.
        if self.app.view.playback.is_playing() {
            return self.redraw_at(now);
        }
        let before = self.app.canvas();
        if let Some(after) = self.app.tick() {
            self.redraw_at(now + after);
        }
        let same = self.app.canvas() == before;
        self.redraw_at(now + if same { self.drew.max(IN_PASSING) } else { Duration::ZERO });
    }

    fn on_accesskit(&mut self, event: egui_winit::accesskit_winit::Event) {
        use egui_winit::accesskit_winit::WindowEvent as Accessibility;
        let Some(screen) = &mut self.screen else { return };
        match event.window_event {
            Accessibility::InitialTreeRequested => screen.ctx.enable_accesskit(),
            Accessibility::ActionRequested(request) => screen.input.on_accesskit_action_request(request),
            Accessibility::AccessibilityDeactivated => screen.ctx.disable_accesskit(),
        }
        screen.window.request_redraw();
    }
}
