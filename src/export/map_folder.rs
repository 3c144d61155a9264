//! The maps of a whole run, as files of one folder.

use std::path::{Path, PathBuf};

use super::{
    Error, MapCaption, MapStyle, export_map_exr, export_map_png, export_temporal_exr, temporal_pictures,
};
use crate::engine::{Content, MapFrame, MapSink, TemporalMaps, TemporalSink};

/// Writes each map twice: `CANDIDATE/AOV.0001.png` with colours and legend, and `.exr` with values.
///
/// Over all frames, the values of one AOV are one EXR: `CANDIDATE/AOV.delta.exr` and
/// `SEQUENCE/AOV.values.exr`; what people look at is a PNG each: `CANDIDATE/AOV.delta.max.png` ...
#[derive(Clone, Debug)]
pub struct MapFolder {
    folder: PathBuf,
    style: MapStyle,
}

impl MapFolder {
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(folder: &Path, style: MapStyle) -> Result<Self, Error> {
        std::fs::create_dir_all(folder)
            .map_err(|reason| Error::Folder { path: folder.to_owned(), reason })?;
        Ok(Self { folder: folder.to_owned(), style })
    }

    /// Where the map of an AOV and frame goes, without the extension.
    fn stem(&self, candidate: &str, aov: &str, number: Option<i64>) -> PathBuf {
        let number = number.map_or_else(String::new, |number| format!(".{number:04}"));
        self.folder.join(file_name(candidate)).join(format!("{}{number}", file_name(aov)))
    }
}

/// A name without what file systems or shells stumble over.
fn file_name(name: &str) -> String {
    let plain = |c: char| match c {
        // Not the `_` of so many names: `ref/a` and `ref_a` stay apart.
        '/' | '\\' => '+',
        c if c.is_control() || r#":*?"<>|"#.contains(c) => '_',
        c => c,
    };
    let name: String = name.chars().map(plain).collect();
    if name.trim_matches('.').is_empty() { "_".to_owned() } else { name }
}

impl MapSink for MapFolder {
    fn write(&self, frame: &MapFrame<'_>) -> Result<(), String> {
        let caption = MapCaption {
            aov: frame.row.aov.clone(),
            candidate: frame.candidate.to_owned(),
            reference: frame.reference.to_owned(),
            frame: frame.row.number,
            rule: frame.row.rule,
        };
        let stem = self.stem(frame.candidate, &frame.row.aov, frame.row.number);
        export_map_png(frame.map, &caption, &self.style, &with(&stem, ".png")).map_err(|e| e.to_string())?;
        export_map_exr(frame.map, &caption, frame.display_window, &with(&stem, ".exr"))
            .map_err(|e| e.to_string())
    }
}

impl TemporalSink for MapFolder {
    fn write(&self, maps: &TemporalMaps<'_>) -> Result<(), String> {
        let kind = match maps.content {
            Content::Delta { .. } => ".delta",
            Content::Values(_) => ".values",
        };
        let stem = with(&self.stem(maps.sequence, maps.aov, None), kind);
        export_temporal_exr(maps, &with(&stem, ".exr")).map_err(|e| e.to_string())?;
        for picture in temporal_pictures(maps, &self.style) {
            let path = with(&stem, &format!(".{}.png", picture.name));
            picture.export(&path).map_err(|e| e.to_string())?;
        }
        Ok(())
    }
}

/// `stem` with `end` behind it, whatever dots are in it.
fn with(stem: &Path, end: &str) -> PathBuf {
    let mut path = stem.to_owned().into_os_string();
    path.push(end);
    PathBuf::from(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_the_folder() {
        let folder = MapFolder { folder: "maps".into(), style: MapStyle::default() };
        assert_eq!(folder.stem("ref/a", "part/N.X", Some(7)), Path::new("maps/ref+a/part+N.X.0007"));
        assert_eq!(folder.stem("..", "..", None), Path::new("maps/_/_"));
    }
}
