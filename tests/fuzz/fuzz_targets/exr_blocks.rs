//! Sound headers with any chunks, for each codec: see `Recipe`. With `SEEDS=FOLDER`, writes seeds.
#![no_main]

use aovscope_fuzz::Recipe;

libfuzzer_sys::fuzz_target!(init: aovscope_fuzz::write_if_asked(), |input: &[u8]| {
    if let Some((recipe, chunks)) = Recipe::new(input) {
        aovscope_fuzz::read(&recipe.file(chunks));
    }
});
