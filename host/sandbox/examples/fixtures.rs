//! Builds the packages that tests load and prints where they are.

#[path = "../tests/it/fixture.rs"]
#[allow(dead_code)]
mod fixture;

fn main() -> anyhow::Result<()> {
    println!("{}", fixture::build()?.display());
    Ok(())
}
