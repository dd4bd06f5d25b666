//! One call's work for one device: what is known of it, and what the call says.

mod answers;
mod orders;
mod requests;

pub use answers::take as response;
pub use orders::deliver;
pub use requests::take as request;

use crate::camera::{Ask, Camera, Line, What};
use crate::settings::{self, Device};
use crate::sip::request::{Request, document};
use tocsin_sdk::time::Beijing;
use tocsin_sdk::{Answer, Outcome, Signal, Tick, Timestamp};

pub struct Agent {
    pub device: String,
    pub now: Timestamp,
    pub camera: Camera,
    pub settings: Device,
    pub outcome: Outcome,
    before: Camera,
}

impl Agent {
    pub fn of(device: &str, now: Timestamp) -> Agent {
        let camera = Camera::load();
        Agent {
            device: device.to_owned(),
            now,
            before: camera.clone(),
            camera,
            settings: Device::of(device),
            outcome: Outcome::default(),
        }
    }

    /// Keeps what changed.
    pub fn finish(self) -> Outcome {
        self.camera.save(&self.before, self.settings.silence_ms());
        self.outcome
    }

    pub fn say(&mut self, signal: Signal) {
        self.outcome.signals.push(signal);
    }

    fn status(&mut self, code: &str, title: impl Into<String>) {
        let signal = Signal::status(code).device(&*self.device).title(title);
        self.say(signal);
    }

    /// A registered device said something.
    pub fn heard(&mut self) {
        self.camera.hear(self.now);
        if !self.camera.online {
            self.start("恢复通信");
        }
    }

    /// It is there, perhaps anew: whatever it knew of this agent may be gone.
    pub fn start(&mut self, why: &str) {
        if !self.camera.online {
            self.camera.online = true;
            self.camera.heard = self.now;
            self.status("device.online", format!("设备上线:{why}"));
        }
        self.camera.asks.retain(|ask| matches!(ask.what, What::Order { .. }));
        self.camera.subscription.reset();
        self.ask(What::Duty);
        self.ask(What::Catalog);
        self.subscribe();
    }

    /// Nothing more is expected of it until it speaks again.
    pub fn lose(&mut self, why: &str) {
        self.camera.online = false;
        self.camera.asks.retain(|ask| matches!(ask.what, What::Order { .. }));
        self.camera.subscription.reset();
        self.status("device.offline", format!("设备离线:{why}"));
        self.unsubscribed("设备离线");
    }

    pub fn subscribe(&mut self) {
        if self.settings.subscribes() {
            self.ask(What::Subscribe);
        }
    }

    pub fn unsubscribed(&mut self, why: &str) {
        if self.camera.subscription.told != Some(false) {
            self.camera.subscription.told = Some(false);
            self.status("camera.unsubscribed", format!("报警订阅未生效:{why}"));
        }
    }

    /// Sends a request, and remembers it until it is answered.
    pub fn ask(&mut self, what: What) -> bool {
        if !self.camera.make_room() {
            return false;
        }
        // SN and CSeq are numbers below 2^31.
        self.camera.serial = self.camera.serial % 0x7FFF_FFFE + 1;
        let ask = Ask::new(what, self.camera.serial, self.now, self.camera.line.is_tcp());
        if ask.what == What::Subscribe {
            self.camera.subscription.open(ask.cseq, self.now);
        }
        self.send(&ask);
        self.camera.asks.push(ask);
        true
    }

    fn send(&mut self, ask: &Ask) {
        let bytes = self.request(ask).write(&self.camera.line.way());
        let outcome = std::mem::take(&mut self.outcome);
        self.outcome = outcome.send_to(&*self.device, bytes);
    }

    /// What the Call-ID and the tags of a request follow from.
    fn seed(&self, ask: &Ask) -> String {
        match ask.what {
            What::Subscribe => self.camera.subscription.seed(&self.device),
            _ => format!("{}/{}/{}", self.device, ask.cseq, ask.sent),
        }
    }

    /// The same bytes for every copy.
    fn request<'a>(&'a self, ask: &'a Ask) -> Request<'a> {
        let (mut target, mut more, mut tag, mut method) = (&*self.device, Vec::new(), "", "MESSAGE");
        let body = match &ask.what {
            What::Subscribe => {
                (method, tag) = ("SUBSCRIBE", &*self.camera.subscription.tag);
                let seconds = settings::subscribe_s();
                let way = self.camera.line.way();
                more = vec![
                    format!("Contact: <sip:{}@{}>", way.platform, way.address),
                    "Event: presence".to_owned(),
                    format!("Expires: {seconds}"),
                ];
                let (from, to) = (clock(ask.sent), clock(ask.sent + seconds * 1_000));
                let rest = [
                    ("StartAlarmPriority", "0"),
                    ("EndAlarmPriority", "0"),
                    ("AlarmMethod", "0"),
                    ("StartAlarmTime", &*from),
                    ("EndAlarmTime", &*to),
                ];
                document("Query", "Alarm", ask.cseq, target, &rest)
            }
            What::Duty => document("Query", "DeviceStatus", ask.cseq, target, &[]),
            What::Catalog => document("Query", "Catalog", ask.cseq, target, &[]),
            What::Order { matter, target: part, .. } => {
                target = part;
                document("Control", "DeviceControl", ask.cseq, target, &[orders::element(*matter)])
            }
        };
        let seed = self.seed(ask);
        Request { method, target, cseq: ask.cseq, seed, tag, more, body }
    }
}

/// Whatever came due for a device.
pub fn wake(tick: &Tick) -> Answer {
    let mut agent = Agent::of(&tick.device, tick.due);
    agent.camera.woken();
    if agent.camera.online && agent.now >= agent.camera.until {
        agent.lose("注册到期未续");
    } else if agent.camera.online && agent.now >= agent.camera.lost_at(agent.settings.silence_ms()) {
        let seconds = agent.settings.silence_ms() / 1_000;
        agent.lose(&format!("{seconds} 秒未收到任何消息"));
    }
    agent.due();
    let subscription = &agent.camera.subscription;
    if agent.camera.online && subscription.due > 0 && agent.now >= subscription.due {
        // What it says of its arming is asked for again with each subscription.
        agent.ask(What::Duty);
        agent.subscribe();
    }
    Ok(agent.finish())
}

/// As the standard writes times: Beijing, without a zone.
pub fn clock(at: Timestamp) -> String {
    Beijing::of(at - at.rem_euclid(1_000)).to_string().trim_end_matches("+08:00").to_owned()
}

/// The same to the millisecond, as 校时 has it (9.10) in the `Date` of a registration.
fn date(at: Timestamp) -> String {
    format!("{}.{:03}", clock(at), at.rem_euclid(1_000))
}

/// How the device of a request that came just now is reached.
pub fn line(request: &crate::sip::message::Message<'_>, origin: &str) -> Line {
    Line::of(request, origin)
}
