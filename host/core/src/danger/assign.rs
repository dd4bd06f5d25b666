//! 交办: who gets the task of a danger.

use super::{Danger, ORDERS_KEPT, Stage};
use crate::core::Core;
use crate::core::act::{Refusal, cut, refuse};
use crate::core::decide::Step;
use crate::fact::Cause;
use crate::order::Draft;
use crate::time::Timestamp;

impl Core {
    /// To whom the report or the city's rules say; without either it waits for a
    /// person. Its township gets a task of its own.
    pub(super) fn give_danger(&mut self, step: &mut Step, cause: &Cause, mut danger: Danger) {
        let charge =
            self.city().dangers.charge(&danger.category, &danger.trade, danger.level.as_str()).cloned();
        if danger.responsible.is_empty() {
            let Some(charge) = charge else { return };
            (danger.responsible, danger.post) = (charge.department, charge.post);
        }
        self.task(step, cause, danger, "按职责分工交办");
    }

    /// Orders to the department in charge and to the township.
    fn task(&mut self, step: &mut Step, cause: &Cause, mut danger: Danger, note: &str) {
        let own = Draft {
            department: danger.responsible.clone(),
            post: danger.post.clone(),
            ..self.draft(&danger, "督促整改")
        };
        let order = self.issue(step, cause, own);
        danger.orders.push(order);
        let posts = self.registry.duty().of_region(&danger.region);
        if let Some(post) = posts.iter().find(|post| **post != danger.post).cloned() {
            let draft = Draft { post, ..self.draft(&danger, "属地督促") };
            let order = self.issue(step, cause, draft);
            danger.orders.push(order);
        }
        let over = danger.orders.len().saturating_sub(ORDERS_KEPT);
        danger.orders.drain(..over);
        danger.state = Stage::Assigned;
        danger.assigned_at = Some(step.now);
        danger.next = danger.next_clock();
        let note = format!("{} {}", danger.responsible, cut(note));
        self.set(step, cause, "assigned", note.trim(), danger);
    }

    /// What every order about a danger says.
    pub(super) fn draft(&self, danger: &Danger, what: &str) -> Draft {
        let deadline = danger.deadline.map(|at| at.to_string()).unwrap_or_default();
        let whose = if danger.unit_name.is_empty() { &danger.address } else { &danger.unit_name };
        Draft {
            title: format!("{what}{}隐患:{}", danger.level.name(), danger.title),
            text: format!("{} {whose},整改期限 {deadline}。{}", danger.id, cut(&danger.text)),
            region: danger.region.clone(),
            position: danger.position,
            matter: danger.id.clone(),
            acknowledge_within: Some(i64::from(self.city().dangers.deadline.acknowledge) * 60_000),
            by: "隐患排查治理".to_owned(),
            ..Draft::default()
        }
    }

    /// 改派, by a person: the tasks of before are withdrawn.
    pub(super) fn assign_danger(
        &mut self,
        step: &mut Step,
        cause: &Cause,
        mut danger: Danger,
        (department, post): (&str, &str),
        deadline: Option<Timestamp>,
        note: &str,
    ) -> Result<String, Refusal> {
        if !danger.awaits_rectification() {
            return Err(danger.refusal("assign", "交办", "不在整改中 (it is not being rectified)"));
        }
        let posted = self.registry.duty().post(post).map(|post| post.department.clone());
        if !post.is_empty() && posted.is_none() {
            return refuse("danger.assign.post", &format!("没有岗位 {post} (no such post)"));
        }
        let department =
            if department.is_empty() { posted.unwrap_or_default() } else { department.to_owned() };
        let city = self.city().clone();
        if !city.departments.iter().any(|known| known.id == department) {
            let known: Vec<&str> = city.departments.iter().map(|known| known.id.as_str()).collect();
            let reason = format!("没有部门 {department};已有:{} (no such department)", known.join(", "));
            return refuse("danger.assign.department", &reason);
        }
        for order in std::mem::take(&mut danger.orders) {
            self.cancel_order(step, cause, &order, &format!("隐患 {} 改派", danger.id));
        }
        danger.responsible = department;
        post.clone_into(&mut danger.post);
        danger.deadline = deadline.or(danger.deadline);
        let id = danger.id.clone();
        self.task(step, cause, danger, note);
        Ok(id)
    }
}
