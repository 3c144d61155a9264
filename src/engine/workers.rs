//! Worker threads take one unit after the other; their results leave in the order of the units.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::units::Unit;
use super::{Context, Error};

/// Does `work` on all units, `workers` at a time; `take` hears of each result, in order, on the calling
/// thread.
///
/// # Errors
/// When the run was cancelled, or the system gives no thread.
pub(super) fn in_order<T: Send>(
    units: &[Unit],
    workers: usize,
    context: &Context,
    work: impl Fn(&Unit) -> T + Sync,
    mut take: impl FnMut(usize, T),
) -> Result<(), Error> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = crossbeam_channel::bounded(workers);
    let mut refused = None;
    let mut expected = 0;
    std::thread::scope(|scope| {
        for index in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            let worker = move || {
                while !context.is_cancelled() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(unit) = units.get(index) else { return };
                    if sender.send((index, work(unit))).is_err() {
                        return;
                    }
                }
            };
            let thread = std::thread::Builder::new().name(format!("frames-{index}"));
            if let Err(error) = thread.spawn_scoped(scope, worker) {
                // Fewer threads take longer; none at all is an error.
                refused = Some(error.to_string());
                break;
            }
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        for (index, result) in receiver {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&expected) {
                take(expected, result);
                expected += 1;
            }
            if expected == units.len() {
                break;
            }
        }
    });
    if context.is_cancelled() {
        return Err(Error::Cancelled);
    }
    match refused.filter(|_| expected < units.len()) {
        Some(reason) => Err(Error::NoThread { reason }),
        None => Ok(()),
    }
}
