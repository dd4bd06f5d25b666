//! Scenes of everyone else: cameras, a grid worker, and those who mean harm.

use crate::demo::camera::{self, Seen};
use crate::demo::hostile::{self, Attack};
use crate::demo::ledger::Phase;
use crate::demo::stage::Stage;
use crate::demo::teller::{Tone, Voice};
use crate::demo::worker;
use crate::text;
use anyhow::Result;

const XML: &str = "application/xml";
const JSON: &str = "application/json";

pub async fn camera_sees(stage: &Stage, at: u64) -> Result<()> {
    stage.until(at).await;
    let Some(beside) = &stage.cast.lead.camera else {
        return Ok(());
    };
    let seen = [(101, Seen::Intrusion, "走廊有人奔跑"), (102, Seen::Heat, "画面区域高温")];
    for (serial, what, words) in seen {
        let reply = stage
            .post("video/camera", XML, camera::alarm(&beside.id, serial, what, jiff::Timestamp::now(), words))
            .await?;
        let answered = camera::answers(&reply.body, serial);
        let verdict =
            if answered { text!(demo_same_serial) } else { text!(demo_status, status = reply.status) };
        stage.say(
            Voice::Video,
            Tone::Alarm,
            &text!(demo_camera, camera = beside.title, what = words, verdict = verdict),
        );
    }
    Ok(())
}

pub async fn worker_reports(stage: &Stage, at: u64) -> Result<()> {
    stage.until(at).await;
    let place = &stage.cast.lead;
    let words = format!("{}有烟冒出,人员正在疏散", place.unit.name);
    let body = worker::report(1, &words, place.position(), jiff::Timestamp::now());
    let reply = stage.post("grid/report", JSON, body).await?;
    stage.say(Voice::Grid, Tone::Alarm, &text!(demo_worker, text = words, status = reply.status));
    Ok(())
}

pub async fn nonsense(stage: &Stage, at: u64) -> Result<()> {
    stage.until(at).await;
    let [list, bomb] = camera::nonsense();
    let mut statuses = Vec::new();
    for (path, kind, body) in [
        ("video/camera", "text/plain", list),
        ("video/camera", XML, bomb),
        ("nobody/knows", JSON, b"{}".to_vec()),
    ] {
        statuses.push(stage.post(path, kind, body).await?.status.to_string());
    }
    stage.say(Voice::Stage, Tone::Trouble, &text!(demo_nonsense, statuses = statuses.join(" ")));
    Ok(())
}

/// Each of its posts makes the plugin loop for ever.
pub async fn attack(stage: &Stage, at: u64) -> Option<Attack> {
    stage.until(at).await;
    if !stage.has_hostile {
        stage.say(Voice::Stage, Tone::Plain, &text!(demo_no_hostile));
        return None;
    }
    stage.ledger.book().phase = Phase::Hostile;
    stage.say(Voice::Hostile, Tone::Trouble, &text!(demo_hostile));
    Some(hostile::start(stage))
}

pub async fn restless_camera(stage: &Stage, at: u64) -> Result<()> {
    stage.until(at).await;
    let Some(restless) = &stage.cast.restless else {
        return Ok(());
    };
    const TIMES: u32 = 20;
    for number in 0..TIMES {
        let body =
            camera::alarm(&restless.id, 200 + number, Seen::Motion, jiff::Timestamp::now(), "画面有移动目标");
        stage.post("video/camera", XML, body).await?;
    }
    stage.say(Voice::Video, Tone::Plain, &text!(demo_motion, camera = restless.title, times = TIMES));
    Ok(())
}
