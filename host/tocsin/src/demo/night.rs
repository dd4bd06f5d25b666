//! The ten minutes, scene by scene.

mod fire;
mod others;

use super::chatter;
use super::controller::{Clock, Controller};
use super::gb26875::Report;
use super::hostile::Answers;
use super::stage::Stage;
use super::teller::{Tone, Voice};
use crate::text;
use anyhow::Result;

/// Plays everything; the result is what the hostile department heard, if there is one.
pub async fn play(stage: &mut Stage) -> Result<Option<Answers>> {
    let mut lines = Lines::connect(stage).await?;
    let noise = chatter::start(std::mem::take(&mut lines.chorus));
    fire::power(stage, 40, &mut lines.fault).await?;
    fire::wrong_clock(stage, 80, &mut lines.lost).await?;
    fire::smoke(stage, 120, &mut lines.lead).await?;
    fire::second_detector(stage, 150, &mut lines.lead).await?;
    others::camera_sees(stage, 190).await?;
    others::worker_reports(stage, 220).await?;
    fire::dirty_line(stage, 250, &mut lines.dirty).await?;
    fire::crowded_frame(stage, 290, &mut lines.lead).await?;
    fire::in_test(stage, 320, &mut lines.tested).await?;
    others::nonsense(stage, 350).await?;
    let attack = others::attack(stage, 380).await;
    fire::burning_beside(stage, 430, &mut lines.late).await?;
    others::restless_camera(stage, 470).await?;
    fire::quiet_again(stage, 540, &mut lines.lead).await?;
    stage.until(580).await;
    let answers = match attack {
        Some(attack) => Some(attack.stop().await),
        None => None,
    };
    stage.until(600).await;
    noise.stop().await;
    Ok(answers)
}

/// The controllers that have a part of their own, and the chorus.
struct Lines {
    lead: Controller,
    dirty: Controller,
    tested: Controller,
    late: Controller,
    fault: Controller,
    lost: Controller,
    chorus: Vec<Controller>,
}

impl Lines {
    async fn connect(stage: &Stage) -> Result<Lines> {
        let cast = &stage.cast;
        let mut chorus = Vec::new();
        for place in &cast.chorus {
            chorus.push(stage.connect(place).await?);
        }
        // The cast has at least two in its chorus.
        let (lost, fault) = (chorus.remove(1).with_clock(Clock::Dead), chorus.remove(0));
        let mut lines = Lines {
            lead: stage.connect(&cast.lead).await?,
            dirty: stage.connect(&cast.dirty).await?,
            tested: stage.connect(&cast.tested).await?,
            late: stage.connect(&cast.late).await?,
            fault,
            lost,
            chorus,
        };
        for line in [&mut lines.lead, &mut lines.dirty, &mut lines.tested, &mut lines.late]
            .into_iter()
            .chain(&mut lines.chorus)
        {
            line.say(Report::Heartbeat).await?;
        }
        stage.say(Voice::Stage, Tone::Plain, &text!(demo_connected, controllers = cast.controllers()));
        Ok(lines)
    }
}
