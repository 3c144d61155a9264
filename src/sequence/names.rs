//! Short names that tell sequences apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use super::Sequence;
use super::group::{join_around, single_file};
use super::numbers::split_extension;

/// Names every sequence by its stem (`clothsimv1`); where stems are equal, by the shortest end of
/// the path that tells their folders apart (`ref/cbox`, `moved/cbox`), then with the extension
/// (`cbox.exr`, `cbox.png`), then by the whole file name; what is still equal (the same sequence
/// twice) is numbered. Names that sequences had before do not matter.
pub fn name_apart(sequences: &mut [Sequence]) {
    let mut labels: Vec<Label> = sequences.iter().map(Label::new).collect();
    for alike in indices_by(&labels, |label| label.stem.clone()) {
        let depth = depth_that_separates(&alike, &labels);
        alike.iter().for_each(|&index| labels[index].depth = depth);
    }
    for more in [Ending::Extension, Ending::FileName] {
        for alike in indices_by(&labels, Label::text).into_iter().filter(|alike| alike.len() > 1) {
            alike.iter().for_each(|&index| labels[index].ending = more);
        }
    }
    let mut taken = BTreeSet::new();
    for (sequence, label) in sequences.iter_mut().zip(&labels) {
        let text = label.text();
        let numbered = (2..).map(|count| format!("{text} ({count})"));
        let mut free = std::iter::once(text.clone()).chain(numbered).filter(|name| !taken.contains(name));
        sequence.name = free.next().expect("an endless list");
        taken.insert(sequence.name.clone());
    }
}

/// What a name is made of.
struct Label {
    /// Folders from the root.
    folders: Vec<String>,
    /// Without number and extension.
    stem: String,
    extension: String,
    /// As the pattern has it.
    file_name: String,
    /// Folders in front of the name.
    depth: usize,
    ending: Ending,
}

#[derive(Clone, Copy)]
enum Ending {
    Stem,
    Extension,
    FileName,
}

impl Label {
    fn new(sequence: &Sequence) -> Self {
        let path = Path::new(&sequence.pattern);
        let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let extension = split_extension(&file_name).1.to_owned();
        let stem = stem_of_pattern(sequence, &file_name);
        Self { folders: folders(path), stem, extension, file_name, depth: 0, ending: Ending::Stem }
    }

    fn text(&self) -> String {
        let ending = match self.ending {
            Ending::Stem => self.stem.clone(),
            Ending::Extension => format!("{}.{}", self.stem, self.extension),
            Ending::FileName => self.file_name.clone(),
        };
        let folders = &self.folders[self.folders.len().saturating_sub(self.depth)..];
        folders.iter().map(|folder| format!("{folder}/")).collect::<String>() + &ending
    }
}

/// The stem, or the folder's name where files are called by their number alone.
fn stem_of_pattern(sequence: &Sequence, file_name: &str) -> String {
    let stem = if sequence.is_single_file() {
        single_file(sequence.frames[0].path.clone()).name
    } else {
        let (stem, _) = split_extension(file_name);
        let end = stem.rfind('#').map_or(stem.len(), |at| at + 1);
        let start = stem[..end].trim_end_matches('#').len();
        join_around(&stem[..start], &stem[end..])
    };
    if !stem.is_empty() {
        return stem;
    }
    folders(Path::new(&sequence.pattern)).pop().unwrap_or_else(|| file_name.to_owned())
}

/// The names of the folders above a file, from the root, whatever folder the program runs in.
fn folders(path: &Path) -> Vec<String> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut folders = Vec::new();
    for component in absolute.parent().map(Path::components).into_iter().flatten() {
        match component {
            Component::ParentDir => drop(folders.pop()),
            Component::Normal(name) => folders.push(name.to_string_lossy().into_owned()),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    folders
}

/// The fewest folders that tell all different folders of `alike` apart.
fn depth_that_separates(alike: &[usize], labels: &[Label]) -> usize {
    let different: BTreeSet<&[String]> = alike.iter().map(|&index| &labels[index].folders[..]).collect();
    let deepest = different.iter().map(|folders| folders.len()).max().unwrap_or(0);
    let ends =
        |depth: usize| different.iter().map(move |folders| &folders[folders.len().saturating_sub(depth)..]);
    (0..=deepest)
        .find(|&depth| ends(depth).collect::<BTreeSet<_>>().len() == different.len())
        .unwrap_or(deepest)
}

/// Indices of labels with equal keys.
fn indices_by(labels: &[Label], key: impl Fn(&Label) -> String) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, label) in labels.iter().enumerate() {
        groups.entry(key(label)).or_default().push(index);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::name_apart;
    use crate::sequence::{Frame, Sequence};

    fn names(patterns: &[&str]) -> Vec<String> {
        let sequence = |pattern: &&str| Sequence {
            name: "old".into(),
            pattern: (*pattern).into(),
            frames: vec![Frame { number: Some(1), path: pattern.replace("####", "0001").into() }],
        };
        let mut sequences: Vec<_> = patterns.iter().map(sequence).collect();
        name_apart(&mut sequences);
        sequences.into_iter().map(|sequence| sequence.name).collect()
    }

    #[test]
    fn stems_first() {
        assert_eq!(
            names(&["/x/clothsimv1.####.exr", "/y/clothsimv2.####.exr"]),
            ["clothsimv1", "clothsimv2"]
        );
        assert_eq!(names(&["/x/render_####_crypto.exr"]), ["render_crypto"]);
        assert_eq!(names(&["/x/a.0001.exr", "/x/beauty.png"]), ["a", "beauty"]);
        assert_eq!(names(&["/x/shot/####.exr"]), ["shot"]);
    }

    #[test]
    fn then_the_shortest_end_of_the_path() {
        assert_eq!(names(&["/d/ref/cbox.####.exr", "/d/moved/cbox.####.exr"]), ["ref/cbox", "moved/cbox"]);
        assert_eq!(names(&["/a/x/c.####.exr", "/b/x/c.####.exr"]), ["a/x/c", "b/x/c"]);
        assert_eq!(names(&["/c.####.exr", "/b/c.####.exr"]), ["c", "b/c"]);
        assert_eq!(names(&["a/../ref/c.####.exr", "./new/c.####.exr"]), ["ref/c", "new/c"]);
    }

    #[test]
    fn then_the_extension_then_the_file_name_then_a_count() {
        assert_eq!(names(&["/d/cbox.####.exr", "/d/cbox.####.png"]), ["cbox.exr", "cbox.png"]);
        assert_eq!(
            names(&["/a/cbox.####.exr", "/a/cbox.####.png", "/b/cbox.####.exr"]),
            ["a/cbox.exr", "a/cbox.png", "b/cbox"]
        );
        assert_eq!(names(&["/a/c.0001.exr", "/a/c.0002.exr"]), ["c.0001.exr", "c.0002.exr"]);
        let same = "/a/c.####.exr";
        assert_eq!(names(&[same, same, same]), ["c.####.exr", "c.####.exr (2)", "c.####.exr (3)"]);
    }
}
