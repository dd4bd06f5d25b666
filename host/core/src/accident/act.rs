//! What may be asked of accidents.

use super::{Accident, Filing, REPORTS_KEPT, keep, numbered};
use crate::city::accident::{Accidents, Means};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::moment::AGREE_MS;
use crate::signal::Position;
use crate::thing::Noun;
use crate::time::{self, Timestamp};
use serde::{Deserialize, Serialize};

/// A title is one line of a desk.
const TITLE_CHARS: usize = 100;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// 报告: without an id of a new accident, with one the next numbered report.
    Report(Box<Report>),
    /// Ends the reporting; only after the final report.
    Close {
        id: String,
        #[serde(default)]
        result: String,
    },
}

/// A number that is left out stays as it is (at first: 0).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    pub id: String,
    pub title: String,
    pub region: String,
    pub position: Option<Position>,
    pub incident: String,
    #[serde(deserialize_with = "time::said")]
    pub happened_at: Option<Timestamp>,
    /// When the head of the unit knew; left out: when it happened.
    #[serde(deserialize_with = "time::said")]
    pub known_at: Option<Timestamp>,
    pub deaths: Option<u32>,
    pub injuries: Option<u32>,
    pub loss: Option<u64>,
    pub text: String,
    /// Mandatory where a number becomes smaller.
    pub reason: String,
    /// Level that the report goes to; left out: it comes in at the desk.
    pub to: String,
    pub means: Means,
    #[serde(rename = "final")]
    pub is_final: bool,
}

impl Core {
    pub(crate) fn act_accident(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        act: &Act,
    ) -> Result<String, Refusal> {
        match act {
            Act::Report(report) if report.id.is_empty() => self.report_new(step, cause, actor, report),
            Act::Report(report) => self.report_again(step, cause, actor, report),
            Act::Close { id, result } => self.close_accident(step, cause, id, result),
        }
    }

    fn report_new(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        report: &Report,
    ) -> Result<String, Refusal> {
        let title: String = report.title.trim().chars().take(TITLE_CHARS).collect();
        if title.is_empty() {
            return refuse("accident.report.no-title", "新报事故须有标题 (a new accident needs a title)");
        }
        let Some(happened_at) = report.happened_at else {
            return refuse(
                "accident.report.no-time",
                "新报事故须写明发生时间 happened_at (a new accident needs the time when it happened)",
            );
        };
        let known_at = report.known_at.unwrap_or(happened_at);
        if happened_at.since(step.now) > AGREE_MS || known_at.since(step.now) > AGREE_MS {
            return refuse("accident.report.future", "时间在将来 (a time that is still to come)");
        }
        if known_at < happened_at {
            return refuse("accident.report.known-before", "获知时间早于发生时间 (known before it happened)");
        }
        if report.is_final {
            return refuse(
                "accident.report.final-first",
                "第一份报告是初报,不能是终报 (the first report cannot be the final one)",
            );
        }
        self.check_where(report)?;
        let city = self.city().clone();
        let to = level_of(&city.accidents, &report.to)?;
        let mut accident = Accident {
            id: self.number(Noun::Accident, step.now),
            title,
            state: "open".to_owned(),
            department: city.accidents.desk.department.clone(),
            happened_at,
            known_at,
            region: city.code.clone(),
            ..Accident::default()
        };
        self.place(&mut accident, report);
        accident.take_numbers(report);
        accident.regrade(&city.accidents, step.now);
        accident.begin(&city.accidents);
        accident.report_upward(&city.accidents, step.now);
        let late = accident.run_out(&city.accidents, step.now);
        accident.file(&city.accidents, report, &to, actor, step.now);
        let id = accident.id.clone();
        let note = accident.told();
        self.put_accident(step, cause, "reported", &note, accident, late);
        Ok(id)
    }

    fn report_again(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        actor: &str,
        report: &Report,
    ) -> Result<String, Refusal> {
        let mut accident = self.accident(&report.id)?;
        if accident.state == "closed" {
            return refuse(
                "accident.report.from-closed",
                "事故已办结,不再接受报告 (it is closed and takes no more reports)",
            );
        }
        if report.happened_at.is_some() || report.known_at.is_some() {
            return refuse(
                "accident.report.time-fixed",
                "发生与获知时间以初报为准 (the times of the first report stand)",
            );
        }
        if report.is_final && accident.final_number.is_some() {
            return refuse(
                "accident.report.final-twice",
                "终报已报,之后的变化作为补报 (the final report is filed; leave out `final` to supplement it)",
            );
        }
        let lower = accident.lowered(report);
        if !lower.is_empty() && report.reason.trim().is_empty() {
            let reason =
                format!("核减 {lower} 须说明理由 reason (a number that becomes smaller needs a reason)");
            return refuse("accident.report.lower-without-reason", &reason);
        }
        self.check_where(report)?;
        let city = self.city().clone();
        let to = level_of(&city.accidents, &report.to)?;
        let late = accident.run_out(&city.accidents, step.now);
        if !report.title.trim().is_empty() {
            accident.title = report.title.trim().chars().take(TITLE_CHARS).collect();
        }
        self.place(&mut accident, report);
        accident.take_numbers(report);
        let grading = accident.regrade(&city.accidents, step.now);
        if grading.is_some() {
            accident.report_upward(&city.accidents, step.now);
        }
        accident.file(&city.accidents, report, &to, actor, step.now);
        let id = accident.id.clone();
        let note = accident.told();
        self.put_accident(step, cause, "reported", &note, accident.clone(), late);
        if let Some(grading) = grading {
            let name = |grade: &str| {
                city.accidents.grade(grade).map_or(grade.to_owned(), |grade| grade.name.clone())
            };
            let note = format!(
                "{} → {}:{};报至{}",
                name(&grading.from),
                name(&grading.to),
                grading.reason,
                accident.target_name
            );
            // As it now stands: `put_accident` may have added orders.
            let accident = self.accident(&id)?;
            self.set(step, cause, "graded", &note, accident);
        }
        Ok(id)
    }

    fn close_accident(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        id: &str,
        result: &str,
    ) -> Result<String, Refusal> {
        let mut accident = self.accident(id)?;
        match accident.state.as_str() {
            "closed" => return refuse("accident.close.from-closed", "事故已办结 (it is closed already)"),
            "final" => {}
            _ => {
                return refuse(
                    "accident.close.no-final",
                    "须先报终报 (file the final report first: accident report ID --final)",
                );
            }
        }
        accident.state = "closed".to_owned();
        accident.result = cut(result);
        accident.ended_at = Some(step.now);
        accident.stop_all();
        let note = accident.result.clone();
        self.set(step, cause, "closed", &note, accident);
        Ok(id.to_owned())
    }

    fn accident(&self, id: &str) -> Result<Accident, Refusal> {
        let known = self.state.rooms.accidents.get(id).cloned();
        known.ok_or_else(|| {
            let reason = format!("没有事故 {id},或已办结超过 72 小时 (no such accident, or closed long ago)");
            ("accident.unknown".to_owned(), reason)
        })
    }

    fn check_where(&self, report: &Report) -> Result<(), Refusal> {
        let region = &report.region;
        if !region.is_empty() && *region != self.city().code && self.registry.regions().get(region).is_none()
        {
            return refuse(
                "accident.report.region",
                &format!("没有区划 {region} (the city has no such region)"),
            );
        }
        let incident = &report.incident;
        if !incident.is_empty() && !self.state.incidents.contains_key(incident) {
            return refuse(
                "accident.report.incident",
                &format!("没有事件 {incident},或已结束超过 72 小时 (no such incident, or it ended long ago)"),
            );
        }
        let sound = |at: Position| at.lon.abs() <= 180.0 && at.lat.abs() <= 90.0;
        if report.position.is_some_and(|at| !sound(at)) {
            return refuse("accident.report.position", "经纬度超出范围 (lon is -180..=180 and lat -90..=90)");
        }
        Ok(())
    }

    /// An accident goes with its incident into the one that it was merged into.
    pub(crate) fn accidents_follow(&mut self, step: &mut Step, cause: &Cause, id: &str) {
        let Some(incident) = self.state.incidents.get(id) else { return };
        for from in incident.merged.clone() {
            for accident in self.serving(&from, Noun::Accident) {
                let Some(accident) = self.state.rooms.accidents.get(&accident).cloned() else { continue };
                let note = format!("事件 {from} 已并入 {id}");
                self.set(step, cause, "moved", &note, Accident { incident: id.to_owned(), ..accident });
            }
        }
    }

    /// Where it is: as said, else where the incident is, else where the point lies.
    fn place(&self, accident: &mut Accident, report: &Report) {
        if let Some(incident) = self.living(&report.incident) {
            accident.incident.clone_from(&incident.id);
            accident.position = accident.position.or(incident.position);
            accident.region.clone_from(&incident.region);
        }
        if let Some(position) = report.position {
            accident.position = Some(position);
            if let Some(region) = self.registry.regions().at(position) {
                accident.region.clone_from(&region.code);
            }
        }
        if !report.region.is_empty() {
            accident.region.clone_from(&report.region);
        }
    }

    /// Records the report, and what came late with it.
    fn put_accident(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        change: &str,
        note: &str,
        mut accident: Accident,
        late: usize,
    ) {
        accident.wind();
        let reported = format!("事故 {} 已上报", accident.id);
        for order in accident.answered() {
            self.finish_order(step, cause, &order, &reported);
        }
        self.set(step, cause, change, note, accident.clone());
        if late == 0 {
            return;
        }
        let newest = accident.missed.len() - late;
        let told = accident.missed[newest..].iter().all(|missed| missed.met_at.is_some());
        let named = accident.named(late);
        if !told {
            let order = self.order_report(step, &accident, &named);
            let open = accident.missed[newest..].iter_mut().filter(|missed| missed.met_at.is_none());
            open.for_each(|missed| missed.order = order.clone());
        }
        let note = format!("逾时:{named} (late)");
        self.set(step, cause, "overdue", &note, accident);
    }
}

impl Accident {
    fn take_numbers(&mut self, report: &Report) {
        self.deaths = report.deaths.unwrap_or(self.deaths);
        self.injuries = report.injuries.unwrap_or(self.injuries);
        self.loss = report.loss.unwrap_or(self.loss);
    }

    /// The numbers that the report makes smaller.
    fn lowered(&self, report: &Report) -> String {
        let lower = [
            ("deaths", report.deaths.is_some_and(|deaths| deaths < self.deaths)),
            ("injuries", report.injuries.is_some_and(|injuries| injuries < self.injuries)),
            ("loss", report.loss.is_some_and(|loss| loss < self.loss)),
        ];
        let names: Vec<&str> = lower.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
        names.join("、")
    }

    /// Numbers the report and stops the clocks that waited for it.
    fn file(&mut self, rules: &Accidents, report: &Report, to: &str, actor: &str, now: Timestamp) {
        self.filed = self.filed.saturating_add(1);
        if report.is_final {
            self.final_number = Some(self.filed);
            self.state = "final".to_owned();
        }
        if rules.height(to) > rules.height(&self.reported_to) {
            self.reported_to = to.to_owned();
        }
        self.reports.push(Filing {
            number: self.filed,
            name: numbered(self.filed, self.final_number),
            at: now,
            by: actor.to_owned(),
            text: cut(&report.text),
            reason: cut(&report.reason),
            means: report.means,
            to: to.to_owned(),
            to_name: rules.level(to).map(|level| level.name.clone()).unwrap_or_default(),
            deaths: self.deaths,
            injuries: self.injuries,
            loss: self.loss,
            grade: self.grade.clone(),
            target: self.target.clone(),
            is_final: report.is_final,
        });
        keep(&mut self.reports, REPORTS_KEPT);
        self.stop_clocks(rules, report.means, to, report.is_final, now);
        self.await_follow_up(rules, now, self.final_number.is_some());
    }

    /// `续报一:死亡 3 人,重伤 8 人,直接经济损失 0 元(较大)`
    fn told(&self) -> String {
        let name = self.reports.last().map(|filing| filing.name.as_str()).unwrap_or_default();
        format!(
            "{name}:死亡 {} 人,重伤 {} 人,直接经济损失 {} 元({})",
            self.deaths, self.injuries, self.loss, self.grade_name
        )
    }
}

/// The level that a report names, or the desk's own.
fn level_of(rules: &Accidents, to: &str) -> Result<String, Refusal> {
    let level = match to {
        "" => rules.levels.first(),
        to => rules.level(to),
    };
    match level {
        Some(level) => Ok(level.id.clone()),
        None if to.is_empty() => Ok(String::new()),
        None => {
            let known: Vec<&str> = rules.levels.iter().map(|level| level.id.as_str()).collect();
            let reason = format!("没有上报层级 {to};已有:{} (no such level)", known.join(", "));
            refuse("accident.report.level", &reason)
        }
    }
}
