//! A plugin with every role, on the mock.

use super::*;
use crate::{Outcome, Piece, PieceKind, Rejection, Signal, city, log, memory, timers};

struct Siren;

crate::export!(Siren: decoder, framer, timekeeper, connector, advisor);

impl Decoder for Siren {
    fn decode(message: Message) -> Answer {
        let heard = memory::load::<u32>("heard").unwrap_or(0) + 1;
        memory::save("heard", &heard);
        timers::set("quiet", message.received + 5_000);
        timers::set("check", message.received + 1_000);
        match message.text()? {
            "test" => Err(Rejection::unsupported("a test").with_reply(*b"no")),
            "stop" => {
                memory::forget("heard");
                timers::cancel("quiet");
                Ok(Outcome::default())
            }
            _ => Signal::alarm("noise.siren").title(format!("{heard}")).into(),
        }
    }
}

impl Framer for Siren {}

impl Timekeeper for Siren {
    fn wake(tick: Tick) -> Answer {
        if tick.key == "check" && tick.due < 3_000 {
            timers::set("check", tick.due + 1_000);
        }
        log::info(&tick.key);
        Signal::status(tick.key).observed(tick.due).into()
    }
}

impl Connector for Siren {
    fn deliver(event: Event) -> Answer {
        let volume: u8 = city::device(&event.device).and_then(|known| known.settings()).unwrap_or(0);
        Ok(Outcome::default().send_to(event.device, [volume]))
    }
}

impl Advisor for Siren {}

fn message(device: &str, text: &str) -> Message {
    Message { received: 0, ..Host::message(device, text.as_bytes()) }
}

#[test]
fn a_refusal_undoes_the_call() {
    let host = Host::fresh();
    let heard = |text| host.decode::<Siren>(message("a", text)).map(|outcome| outcome.signals.len());
    assert_eq!(heard("wail"), Ok(1));
    assert!(heard("test").is_err_and(|refusal| refusal.reply == b"no"));
    let again = host.decode::<Siren>(message("a", "wail")).unwrap();
    assert_eq!(again.signals[0].title, "2", "what was refused was not counted");
    assert_eq!(heard("stop"), Ok(0));
    assert!(host.keys("a").is_empty());
    assert_eq!(host.timers(), [(1_000, "a".to_owned(), "check".to_owned())]);
    // The first call of a device, refused: nothing of it stays.
    assert!(host.decode::<Siren>(message("b", "test")).is_err());
    assert!(host.keys("b").is_empty() && host.timers().len() == 1);
}

#[test]
fn timers_fire_in_order() {
    let host = Host::fresh();
    host.decode::<Siren>(message("b", "wail")).unwrap();
    host.decode::<Siren>(message("a", "wail")).unwrap();
    let fired = |until| {
        let ticks = host.advance::<Siren>(until);
        ticks
            .into_iter()
            .map(|(tick, _)| format!("{}{}{}", tick.due, tick.device, tick.key))
            .collect::<Vec<_>>()
    };
    assert_eq!(fired(999), Vec::<String>::new());
    assert_eq!(fired(2_000), ["1000acheck", "1000bcheck", "2000acheck", "2000bcheck"]);
    assert_eq!(fired(10_000), ["3000acheck", "3000bcheck", "5000aquiet", "5000bquiet"]);
    assert_eq!((host.timers().len(), host.logged().len()), (0, 8));
}

#[test]
fn registrations_by_longest_prefix() {
    let host = Host::fresh();
    host.register("a", "1").register("a/1", "2");
    let volume = |device: &str| {
        let event = Event {
            sequence: 1,
            time: 0,
            kind: "order.issued".to_owned(),
            device: device.to_owned(),
            subject: String::new(),
            data: String::new(),
        };
        host.deliver::<Siren>(event).unwrap().sends[0].payload[0]
    };
    assert_eq!(["a", "a/2", "a/1", "a/1/7", "a/11", "b"].map(volume), [1, 1, 2, 2, 1, 0]);
}

#[test]
fn a_transport_that_cuts_needs_no_framer() {
    let host = Host::fresh();
    assert_eq!(
        host.frame::<Siren>(b"one"),
        [Piece { kind: PieceKind::Routine, length: 3, device: String::new() }]
    );
    assert!(host.frame::<Siren>(b"").is_empty());
}

#[test]
#[should_panic = "`state.get` was called inside `frame`"]
fn a_framer_that_remembers_is_stopped() {
    struct Nosy;
    impl Framer for Nosy {
        fn frame(_: &[u8]) -> Vec<Piece> {
            memory::load::<u32>("seen");
            Vec::new()
        }
    }
    Host::fresh().frame::<Nosy>(b"x");
}
