//! How much memory decoded frames may take.

/// Half of the memory that is free, at least 256 MiB: the budget unless the user gives one.
pub fn half_of_free_memory() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    (system.available_memory() / 2).max(256 << 20)
}
