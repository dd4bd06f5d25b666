//! Scenes of the fire controllers: faults, alarms, and lines as bad as real ones.

use crate::demo::cast::Place;
use crate::demo::controller::Controller;
use crate::demo::gb26875::{Report, state};
use crate::demo::stage::Stage;
use crate::demo::teller::{Tone, Voice};
use crate::text;
use anyhow::Result;
use std::time::Duration;

/// One detector of a place in one state.
fn component(place: &Place, index: usize, state: u16) -> Report {
    Report::Components(vec![(place.detector(index).component, state)])
}

pub async fn power(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    // 0x0105: running, fault, main power.
    line.say(Report::System { system: 1, address: 1, state: 0x0105 }).await?;
    stage.say(Voice::Fire, Tone::Trouble, &text!(demo_power, device = line.title));
    Ok(())
}

pub async fn wrong_clock(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.chorus[1];
    line.say(component(place, 0, state::FAULT)).await?;
    stage.say(Voice::Fire, Tone::Trouble, &text!(demo_clock, device = line.title));
    Ok(())
}

pub async fn smoke(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.lead;
    let detector = place.detector(0);
    let first = line.frame(&component(place, 0, state::FIRE));
    line.write(&first).await?;
    stage.say(Voice::Fire, Tone::Alarm, &text!(demo_smoke, unit = place.unit.name, part = detector.title));
    tokio::time::sleep(Duration::from_millis(1)).await;
    line.say(component(place, 0, state::FIRE)).await?;
    // The device did not hear the first answer and sends the same bytes again.
    line.repeat(&first).await?;
    stage.say(Voice::Fire, Tone::Plain, &text!(demo_twice));
    Ok(())
}

pub async fn second_detector(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.lead;
    line.say(component(place, 1, state::FIRE)).await?;
    stage.say(Voice::Fire, Tone::Alarm, &text!(demo_second, part = place.detector(1).title));
    if let Some(button) = &place.button {
        line.say(Report::Components(vec![(button.component.clone(), state::FIRE)])).await?;
        stage.say(Voice::Fire, Tone::Alarm, &text!(demo_button, part = button.title));
    }
    Ok(())
}

pub async fn dirty_line(stage: &mut Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = stage.cast.dirty.clone();
    // Garbage that ends in half a start mark must not cost the frame behind it.
    let count = stage.random.between(20, 60);
    let mut garbage = stage.random.bytes(count);
    garbage.push(b'@');
    line.write(&garbage).await?;
    let cuts = [stage.random.between(3, 20), stage.random.between(30, 60)];
    line.say_in_pieces(component(&place, 0, state::FIRE), cuts, Duration::from_millis(30)).await?;
    let bytes = garbage.len();
    stage.say(Voice::Fire, Tone::Alarm, &text!(demo_dirty, unit = place.unit.name, bytes = bytes));

    let two = [line.frame(&Report::Heartbeat), line.frame(&component(&place, 1, state::FIRE))].concat();
    line.write(&two).await?;
    let mut spoilt = line.frame(&Report::System { system: 1, address: 1, state: 0x0001 });
    let sum = spoilt.len() - 3;
    spoilt[sum] ^= 0x5A;
    line.write(&spoilt).await?;
    stage.say(Voice::Fire, Tone::Trouble, &text!(demo_spoilt));
    Ok(())
}

pub async fn crowded_frame(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.lead;
    let all = (0..22u16)
        .map(|number| {
            let mut component = place.detector(0).component;
            (component.zone, component.number) = (11, number + 1);
            component.text = format!("11区{}号", number + 1);
            (component, if number == 21 { state::FAULT } else { state::NORMAL })
        })
        .collect();
    line.say(Report::Components(all)).await?;
    stage.say(Voice::Fire, Tone::Plain, &text!(demo_crowded, unit = place.unit.name));
    Ok(())
}

pub async fn in_test(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.tested;
    line.say(component(place, 0, state::FIRE_IN_TEST)).await?;
    stage.say(
        Voice::Fire,
        Tone::Alarm,
        &text!(demo_in_test, unit = place.unit.name, part = place.detector(0).title),
    );
    Ok(())
}

pub async fn burning_beside(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.late;
    let took = line.ask(component(place, 0, state::FIRE)).await?;
    let (unit, part) = (&place.unit.name, place.detector(0).title);
    match took {
        Some(took) => {
            let ms = format!("{:.1}", took.as_secs_f64() * 1e3);
            stage.say(Voice::Fire, Tone::Alarm, &text!(demo_beside, unit = unit, part = part, ms = ms));
        }
        None => stage.say(Voice::Fire, Tone::Alarm, &text!(demo_unheard, unit = unit, part = part)),
    }
    Ok(())
}

pub async fn quiet_again(stage: &Stage, at: u64, line: &mut Controller) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.lead;
    for index in 0..2 {
        line.say(component(place, index, state::NORMAL)).await?;
    }
    stage.say(Voice::Fire, Tone::Good, &text!(demo_recovered, unit = place.unit.name));
    Ok(())
}
