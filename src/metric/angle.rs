//! The angle between two vectors: the metric `angle`.

/// Degrees between the vectors of which `components` are (a, b) of each channel, all finite; see
/// [`super::Metric::Angle`]. `libm` gives the same bits on every machine.
pub(super) fn degrees(components: &[(f64, f64)]) -> f64 {
    let dot: f64 = components.iter().map(|(a, b)| a * b).sum();
    let mut squared = 0.0;
    for (i, (a, b)) in components.iter().enumerate() {
        for (other_a, other_b) in &components[i + 1..] {
            let minor = a * other_b - other_a * b;
            squared += minor * minor;
        }
    }
    if squared > 0.0 {
        return libm::atan2(squared.sqrt(), dot).to_degrees();
    }
    let is_zero = |side: fn(&(f64, f64)) -> f64| components.iter().all(|c| side(c) == 0.0);
    let opposed = dot < 0.0 || (dot == 0.0 && is_zero(|c| c.0) != is_zero(|c| c.1));
    if opposed { 180.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::degrees;

    #[test]
    fn of_known_vectors() {
        assert_eq!(degrees(&[(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]), 90.0);
        assert_eq!(degrees(&[(1.0, 2.0), (1.0, 2.0), (1.0, 2.0)]), 0.0, "length does not matter");
        assert_eq!(degrees(&[(1.0, -1.0), (2.0, -2.0)]), 180.0);
        assert_eq!(degrees(&[(0.0, 0.0), (0.0, 0.0)]), 0.0);
        assert_eq!(degrees(&[(0.0, 1.0), (0.0, 0.0)]), 180.0, "zero against another");
        assert_eq!(degrees(&[(3.0, 5.0)]), 0.0);
        assert_eq!(degrees(&[(3.0, -5.0)]), 180.0);
        assert!((degrees(&[(1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]) - 45.0).abs() < 1e-13);
        // acos of the dot product would say 0: small angles are where atan2 is needed.
        let small = degrees(&[(1.0, 1.0), (0.0, 1e-9), (0.0, 0.0)]);
        assert!((small - 1e-9f64.to_degrees()).abs() < 1e-20);
        let tiny = f64::from(f32::from_bits(1));
        assert_eq!(degrees(&[(tiny, 0.0), (0.0, tiny)]), 90.0, "denormals have a direction");
    }
}
