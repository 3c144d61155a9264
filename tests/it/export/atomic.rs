//! Exports appear whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use aovscope::export::{AtomicFile, Error, export_csv, remove_unfinished, write_file};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_failing_write_leaves_what_stood_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    fs::write(&path, "before").expect("writable");
    let failure = write_file(&path, |file| {
        file.write_all(&[b'x'; 200_000])?;
        Err(io::Error::other("the disk is full"))
    });
    let message = failure.expect_err("the writer failed").to_string();
    assert!(message.contains("the disk is full") && message.contains("table.csv"), "{message}");
    assert_eq!(names(folder.path()), ["table.csv"]);
    assert_eq!(fs::read_to_string(&path).expect("still there"), "before");
}

#[test]
fn nothing_appears_before_the_commit_nor_after_a_drop() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/table.csv");
    let mut file = AtomicFile::create(&path).expect("makes its folder");
    file.write_all(b"half").expect("writable");
    assert!(!path.exists());
    assert_eq!(names(&folder.path().join("new")).len(), 1, "the temporary file");
    drop(file);
    assert!(names(&folder.path().join("new")).is_empty());

    let mut file = AtomicFile::create(&path).expect("makes its folder");
    file.write_all(b"whole").expect("writable");
    file.commit().expect("renamed");
    assert_eq!(fs::read_to_string(&path).expect("there"), "whole");
    assert_eq!(names(&folder.path().join("new")), ["table.csv"]);
}

#[test]
fn impossible_targets_are_named_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let series = super::sample::series();
    let is_folder = export_csv(&series, folder.path()).expect_err("a folder");
    assert!(matches!(&is_folder, Error::IsFolder { path } if path == folder.path()), "{is_folder}");

    let file = folder.path().join("file");
    fs::write(&file, "").expect("writable");
    let below_a_file = export_csv(&series, &file.join("table.csv")).expect_err("no folder can be there");
    assert!(matches!(below_a_file, Error::Folder { .. }), "{below_a_file}");
    assert!(below_a_file.to_string().contains("table.csv"), "{below_a_file}");
    assert_eq!(names(folder.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_are_those_of_an_ordinary_write() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let (plain, exported) = (folder.path().join("plain"), folder.path().join("exported"));
    fs::write(&plain, "").expect("writable");
    write_file(&exported, |_| Ok(())).expect("writable");
    assert_eq!(mode(&exported), mode(&plain));

    fs::set_permissions(&exported, fs::Permissions::from_mode(0o640)).expect("ours");
    let link = folder.path().join("link");
    symlink(&exported, &link).expect("writable");
    write_file(&link, |file| file.write_all(b"through")).expect("writable");
    assert_eq!(fs::read_to_string(&exported).expect("there"), "through");
    assert_eq!(mode(&exported), 0o640);
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_not_replaced() {
    use std::os::unix::fs::FileTypeExt;

    let null = Path::new("/dev/null");
    export_csv(&super::sample::series(), null).expect("takes all");
    assert!(fs::metadata(null).expect("still there").file_type().is_char_device());
}

/// Runs itself in a process of its own: what is unfinished is known for the whole process.
#[test]
fn an_interrupt_removes_what_is_unfinished_and_nothing_else() {
    const FOLDER: &str = "AOVSCOPE_TEST_UNFINISHED";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = Path::new(&folder);
        write_file(&folder.join("done"), |file| file.write_all(b"whole")).expect("writable");
        let mut unfinished = AtomicFile::create(&folder.join("done")).expect("writable");
        unfinished.write_all(&[b'x'; 200_000]).expect("writable");
        assert_eq!(names(folder).len(), 2);
        remove_unfinished();
        assert_eq!(names(folder), ["done"]);
        unfinished.commit().expect_err("its temporary file is gone");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let child = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "export::atomic::an_interrupt_removes_what_is_unfinished_and_nothing_else"])
        .env(FOLDER, folder.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("done")).expect("there"), "whole");
}
