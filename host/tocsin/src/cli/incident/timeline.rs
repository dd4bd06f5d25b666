//! `tocsin incident timeline`: the whole story, page by page.

use crate::cli::Around;
use crate::cli::spoken::shown;
use crate::cli::thing::cell;
use crate::client::segment;
use anyhow::Result;

pub fn run(id: &str, around: &Around) -> Result<()> {
    let client = around.client()?;
    let mut after = 0;
    loop {
        let path = format!("/api/v1/incidents/{}/timeline?after={after}", segment(id));
        let page = client.get(&path)?;
        let lines = page["lines"].as_array().map_or(&[][..], Vec::as_slice);
        for line in lines {
            match around.print.json {
                true => around.print.object(line),
                false => {
                    let (at, noun, id) = (cell(line, "at"), cell(line, "noun"), cell(line, "id"));
                    let (what, who, note) = (cell(line, "what"), cell(line, "who"), cell(line, "note"));
                    let state = shown(&line["row"], "state");
                    around.print.line(&format!("{at}  {noun} {id}  {what} → {state}  {who}  {note}"));
                }
            }
        }
        let last = lines.last().and_then(|line| line["sequence"].as_u64());
        match last.filter(|last| page["more"] == true && *last > after) {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
