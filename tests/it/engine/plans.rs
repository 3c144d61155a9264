//! Plans run whole: broken folders, gaps, offsets, other frames of the same sequence.
