//! Runs of changed pixels in rows, united where they are within reach.

use std::ops::Range;

/// Pixels of one row that belong together: the first and the last of them changed, and of any two
/// neighbouring changed ones the second is within reach of the first.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub start: u32,
    /// The last column.
    pub end: u32,
    /// While runs are being united, the number of another of the same region (of itself at the root);
    /// then the number of its region.
    pub label: u32,
}

/// The runs of a map from its left top on.
pub struct Runs {
    runs: Vec<Run>,
    /// Where each row begins among the runs, and where the last ends.
    rows: Vec<usize>,
}

impl Runs {
    /// Of `width` × `height` pixels, row by row; runs of the same region have the same root.
    pub fn of(width: u32, height: u32, reach: u32, is_changed: &impl Fn(usize) -> bool) -> Self {
        let mut all = Self { runs: Vec::new(), rows: vec![0] };
        for row in 0..height {
            all.cut(row as usize * width as usize, width, reach, is_changed);
            all.rows.push(all.runs.len());
            for above in row.saturating_sub(reach)..row {
                all.unite(above as usize, row as usize, reach);
            }
        }
        all
    }

    /// Appends the runs of the row whose first pixel is `start`.
    fn cut(&mut self, start: usize, width: u32, reach: u32, is_changed: &impl Fn(usize) -> bool) {
        let first = self.runs.len();
        for column in (0..width).filter(|column| is_changed(start + *column as usize)) {
            match self.runs[first..].last_mut() {
                Some(run) if column - run.end <= reach => run.end = column,
                _ => self.runs.push(Run { start: column, end: column, label: self.runs.len() as u32 }),
            }
        }
    }

    /// Unites the runs of two rows that are within reach of each other. As the pixels of a run are
    /// within reach of one another, so are two pixels of two runs wherever the runs are.
    fn unite(&mut self, above: usize, row: usize, reach: u32) {
        let (mut upper, mut lower) = (self.row(above), self.row(row));
        while !upper.is_empty() && !lower.is_empty() {
            let (a, b) = (self.runs[upper.start], self.runs[lower.start]);
            if a.start <= b.end.saturating_add(reach) && b.start <= a.end.saturating_add(reach) {
                self.join(upper.start as u32, lower.start as u32);
            }
            if a.end < b.end { upper.start += 1 } else { lower.start += 1 }
        }
    }

    fn row(&self, row: usize) -> Range<usize> {
        self.rows[row]..self.rows[row + 1]
    }

    /// The root of a run; the way there is halved.
    fn root(&mut self, mut run: u32) -> u32 {
        loop {
            let next = self.runs[run as usize].label;
            if next == run {
                return run;
            }
            let further = self.runs[next as usize].label;
            self.runs[run as usize].label = further;
            run = further;
        }
    }

    /// The root is the first run of its region.
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.runs[a.max(b) as usize].label = a.min(b);
    }

    /// With the numbers of regions as labels, from 0 in the order of their first runs; and how many
    /// regions there are.
    pub fn numbered(mut self) -> (Self, usize) {
        let mut count = 0;
        for run in 0..self.runs.len() as u32 {
            let above = self.runs[run as usize].label;
            // All labels lead to runs before, which are numbered already.
            self.runs[run as usize].label = if above == run {
                count += 1;
                count - 1
            } else {
                self.runs[above as usize].label
            };
        }
        (self, count as usize)
    }

    /// All runs with their rows.
    pub fn iter(&self) -> impl Iterator<Item = (u32, Run)> {
        let rows = self.rows.windows(2).zip(0..);
        rows.flat_map(|(bounds, row)| self.runs[bounds[0]..bounds[1]].iter().map(move |run| (row, *run)))
    }
}
