//! Where the picture stands on the screen: pan and zoom.
//!
//! The screen is in physical pixels, the picture in absolute image pixels. Drawing and picking use
//! the same two functions, so that the pixel one sees is the pixel one gets.

use crate::image::Window;

/// Least and largest zoom, in screen pixels per image pixel.
const ZOOM: (f64, f64) = (1.0 / 256.0, 256.0);

/// Zoom up to which a window is brought near.
const SHOWN_AT_MOST: f64 = 32.0;

/// A rectangle of the screen, in physical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewport {
    /// Left and top edge.
    pub min: (f64, f64),
    /// Width and height.
    pub size: (f64, f64),
}

impl Viewport {
    /// The middle of the rectangle.
    pub fn centre(&self) -> (f64, f64) {
        (self.min.0 + self.size.0 / 2.0, self.min.1 + self.size.1 / 2.0)
    }
}

/// Pan and zoom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// The point of the image in the middle of the viewport.
    pub centre: (f64, f64),
    /// Physical screen pixels per image pixel.
    pub zoom: f64,
    /// Whether the whole picture is kept in sight when the viewport changes.
    pub fit: bool,
}

impl Default for Camera {
    fn default() -> Self {
        Self { centre: (0.0, 0.0), zoom: 1.0, fit: true }
    }
}

impl Camera {
    /// Shows all of `picture`.
    pub fn fit(&mut self, picture: Window, size: (f64, f64)) {
        if picture.is_empty() || size.0 <= 0.0 || size.1 <= 0.0 {
            return;
        }
        let (width, height) = (f64::from(picture.width), f64::from(picture.height));
        self.centre = (f64::from(picture.x) + width / 2.0, f64::from(picture.y) + height / 2.0);
        self.zoom = (size.0 / width).min(size.1 / height).clamp(ZOOM.0, ZOOM.1);
        self.fit = true;
    }

    /// One image pixel to one screen pixel, around the present centre.
    pub fn one_to_one(&mut self) {
        self.zoom = 1.0;
        self.fit = false;
    }

    /// Moves the picture by physical screen pixels.
    pub fn pan(&mut self, by: (f64, f64)) {
        self.centre.0 -= by.0 / self.zoom;
        self.centre.1 -= by.1 / self.zoom;
        self.fit = false;
    }

    /// Zooms by `factor`; the image point under the screen point `at` stays there.
    pub fn zoom_at(&mut self, viewport: &Viewport, at: (f64, f64), factor: f64) {
        let before = self.image_point(viewport, at);
        self.zoom = (self.zoom * factor).clamp(ZOOM.0, ZOOM.1);
        let after = self.image_point(viewport, at);
        self.centre.0 += before.0 - after.0;
        self.centre.1 += before.1 - after.1;
        self.fit = false;
    }

    /// Brings the pixel (`x`, `y`) to the middle, near enough to be seen.
    pub fn fly_to(&mut self, x: i32, y: i32) {
        self.centre = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        self.zoom = self.zoom.max(8.0);
        self.fit = false;
    }

    /// Brings a window to the middle, as large as half the viewport's width or height, if that is not
    /// so near that nothing is seen around it.
    pub fn show(&mut self, window: Window, size: (f64, f64)) {
        let (width, height) = (f64::from(window.width), f64::from(window.height));
        self.centre = (f64::from(window.x) + width / 2.0, f64::from(window.y) + height / 2.0);
        if !window.is_empty() && size.0 > 0.0 && size.1 > 0.0 {
            let half = (size.0 / width).min(size.1 / height) / 2.0;
            self.zoom = half.clamp(ZOOM.0, SHOWN_AT_MOST);
        }
        self.fit = false;
    }

    /// The image point under a point of the screen.
    pub fn image_point(&self, viewport: &Viewport, at: (f64, f64)) -> (f64, f64) {
        let middle = viewport.centre();
        (self.centre.0 + (at.0 - middle.0) / self.zoom, self.centre.1 + (at.1 - middle.1) / self.zoom)
    }

    /// The image pixel under a point of the screen, wherever it is.
    pub fn pixel(&self, viewport: &Viewport, at: (f64, f64)) -> (i32, i32) {
        let (x, y) = self.image_point(viewport, at);
        (x.floor() as i32, y.floor() as i32)
    }

    /// The point of the screen at which an image point is drawn.
    pub fn screen_point(&self, viewport: &Viewport, image: (f64, f64)) -> (f64, f64) {
        let middle = viewport.centre();
        let x = middle.0 + (image.0 - self.centre.0) * self.zoom;
        let y = middle.1 + (image.1 - self.centre.1) * self.zoom;
        (x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEWPORT: Viewport = Viewport { min: (100.0, 40.0), size: (801.0, 599.0) };

    #[test]
    fn the_point_under_the_pointer_stays_while_zooming() {
        let mut camera = Camera::default();
        camera.fit(Window::new(-8, 4, 160, 90), VIEWPORT.size);
        let at = (333.0, 222.0);
        let before = camera.image_point(&VIEWPORT, at);
        for factor in [2.0, 3.5, 0.1, 7.0] {
            camera.zoom_at(&VIEWPORT, at, factor);
            let after = camera.image_point(&VIEWPORT, at);
            assert!((after.0 - before.0).abs() < 1e-9 && (after.1 - before.1).abs() < 1e-9);
        }
        assert!(!camera.fit);
    }

    #[test]
    fn fit_shows_the_corners_and_nothing_more() {
        let mut camera = Camera::default();
        camera.fit(Window::new(-8, 4, 160, 90), VIEWPORT.size);
        let (left, _) = camera.screen_point(&VIEWPORT, (-8.0, 4.0));
        let (right, _) = camera.screen_point(&VIEWPORT, (152.0, 94.0));
        assert!((left - 100.0).abs() < 1e-9, "left edge at {left}");
        assert!((right - 901.0).abs() < 1e-9, "right edge at {right}");
    }

    #[test]
    fn panning_moves_the_picture_with_the_pointer() {
        let mut camera = Camera { centre: (50.0, 50.0), zoom: 4.0, fit: false };
        let pixel = camera.pixel(&VIEWPORT, (300.0, 300.0));
        camera.pan((40.0, -20.0));
        assert_eq!(camera.pixel(&VIEWPORT, (340.0, 280.0)), pixel);
    }

    #[test]
    fn the_pixel_flown_to_is_in_the_middle() {
        let mut camera = Camera::default();
        camera.fly_to(-3, 17);
        assert_eq!(camera.pixel(&VIEWPORT, VIEWPORT.centre()), (-3, 17));
    }
}
