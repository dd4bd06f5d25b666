//! How the words of rows are told to people: states, changes and fields have one
//! English word for programs, and a Chinese one for whoever reads Chinese.

use super::thing::cell;
use crate::text::{Language, language};
use serde_json::Value;

/// A field as one cell, in the reader's language; `a|b` is `b` where `a` says nothing.
pub fn shown(row: &Value, field: &str) -> String {
    if let Some((first, other)) = field.split_once('|') {
        let text = shown(row, first);
        return if text.is_empty() { shown(row, other) } else { text };
    }
    let text = cell(row, field);
    let tail = field.rsplit('.').next().unwrap_or(field);
    match language() {
        Language::Chinese if STATED.contains(&tail) => {
            text.split(',').map(|word| chinese(WORDS, word)).collect::<Vec<_>>().join("、")
        }
        _ => text,
    }
}

/// A field's name, in the reader's language.
pub fn name(field: &str) -> &str {
    match language() {
        Language::Chinese => chinese(FIELDS, field),
        Language::English => field,
    }
}

fn chinese<'t>(table: &'t [(&str, &'t str)], word: &'t str) -> &'t str {
    table.iter().find(|(known, _)| *known == word).map_or(word, |(_, chinese)| chinese)
}

/// Fields whose values are words of [`WORDS`].
const STATED: &[&str] = &[
    "state",
    "states",
    "incident_state",
    "change",
    "status",
    "msg_type",
    "colour",
    "missed",
    "severity",
    "certainty",
    "urgency",
    "passed",
    "noun",
];

#[rustfmt::skip]
const WORDS: &[(&str, &str)] = &[
    ("accepted", "已受理"), ("acknowledge", "接令"), ("acknowledged", "已接令"), ("activated", "已启用"),
    ("active", "生效"), ("alert", "首发"), ("approved", "已批准"), ("arrive", "到达"), ("arrived", "已到达"),
    ("assigned", "已分派"), ("available", "可用"), ("blue", "蓝色"), ("called", "已叫应"),
    ("called-again", "再次叫应"), ("calling", "叫应中"), ("cancel", "解除"), ("cancelled", "已取消"),
    ("changed", "有变更"), ("checked", "已复核"), ("clearing", "待解除"), ("closed", "已结束"),
    ("confirmed", "已确认"), ("controlled", "已控制"), ("counted", "计数"), ("critical", "危急"),
    ("declined", "已拒绝"), ("delisted", "已移出名册"), ("delivered", "已送达"), ("departed", "已出发"),
    ("dispatched", "已发运"), ("done", "已完成"), ("doubted", "存疑"), ("draft", "草案"), ("drill", "演练"),
    ("ended", "已结束"), ("entered", "已录入"), ("equipped", "已配备"), ("escalated", "已升级"),
    ("evaluated", "已评价"), ("expired", "已过期"), ("expiring", "临期"), ("extended", "已扩大"),
    ("extreme", "特别重大"), ("failed", "失败"), ("false-alarm", "误报"), ("fault", "故障"), ("fed-back", "已反馈"),
    ("forged", "冒报"), ("found", "已发现"), ("freed", "已释放"), ("given-up", "已放弃"), ("good", "良好"),
    ("graded", "已定级"), ("grew", "扩大"), ("grouped", "已归并"), ("grown", "扩大"), ("handed-over", "已交接班"),
    ("handling", "处置中"), ("held", "在岗"), ("info", "提示"), ("inspected", "已检查"), ("issued", "已下达"),
    ("joined", "已并入"), ("judged", "已评估"), ("known", "已登记"), ("late", "迟到"), ("listed", "已列入"),
    ("loaded", "已载入"), ("lost", "丢失"), ("lowered", "已降级"), ("mended", "已补齐"), ("mentioned", "被提及"),
    ("merged", "已并入"), ("minor", "一般"), ("moderate", "较大"), ("moved", "已转办"), ("mustered", "已集结"),
    ("named", "已命名"), ("none", "无"), ("normal", "正常"), ("open", "未结"), ("orange", "橙色"),
    ("ordered", "已指令"), ("out-of-service", "停用"), ("over", "已解除"), ("overdue", "已超时"),
    ("overtime", "已超时"), ("progressed", "有进展"), ("promoted", "已转事件"), ("proposed", "待批准"),
    ("raised", "已升级"), ("received", "已接收"), ("recorded", "已记录"), ("recovered", "已恢复"),
    ("rectified", "已整改"), ("red", "红色"), ("refused", "已拒绝"), ("registered", "已登记"),
    ("released", "已归建"), ("renewed", "已续"), ("repeated", "重复"), ("reported", "已上报"),
    ("reserved", "已预留"), ("responding", "处置中"), ("restocked", "已补货"), ("returned", "已退回"),
    ("scored", "已评分"), ("severe", "重大"), ("short", "不足"), ("silent", "失联"), ("spoke", "已恢复通信"),
    ("started", "已启动"), ("stocked", "已入库"), ("stopped", "已停止"), ("superseded", "已被取代"),
    ("suspected", "疑似"), ("tasked", "已派任务"), ("told", "已告知"), ("unanswered", "无人应答"),
    ("undelivered", "未送达"), ("incident", "事件"), ("warning", "预警"), ("response", "响应"), ("grid", "网格"),
    ("report", "信息"), ("observed", "已观测"), ("likely", "很可能"), ("possible", "可能"), ("unlikely", "不太可能"), ("unknown", "未知"), ("unmuted", "已恢复自动启动"), ("update", "更新"),
    ("updated", "已更新"), ("waited", "等待中"), ("watched", "已核对"), ("withdrawn", "已撤回"), ("yellow", "黄色"),
];

#[rustfmt::skip]
const FIELDS: &[(&str, &str)] = &[
    ("answer_min", "答复时限(分钟)"), ("acknowledge_min", "接令时限(分钟)"), ("arrive_min", "到达时限(分钟)"),
    ("done_min", "完成时限(分钟)"), ("hold_s", "保持(秒)"), ("start_mode", "启动方式"), ("start", "启动条件"),
    ("end", "结束条件"), ("task", "任务"), ("supply", "物资"), ("no", "条号"), ("capability", "能力"),
    ("accepted_at", "受理时间"), ("acknowledge_by", "接令时限"), ("acknowledged_at", "接令时间"),
    ("activated_at", "启用时间"), ("activated_by", "启用人"), ("address", "地址"), ("answered", "应答"),
    ("approved_at", "批准时间"), ("approved_by", "批准人"), ("areas", "影响区域"), ("arrive_by", "到达时限"),
    ("arrived_at", "到达时间"), ("asked", "现责人"), ("assigned_at", "分派时间"), ("at_incidents", "在现场"),
    ("available", "可用"), ("by", "操作人"), ("called_at", "首次叫应"), ("capabilities", "能力"),
    ("category", "类别"), ("category_name", "类别"), ("certainty", "确定性"), ("changed_at", "变更时间"),
    ("clause", "条款"), ("clearing", "待解除"), ("closed_at", "结束时间"), ("closed_by", "结束人"),
    ("code", "代码"), ("colour", "颜色"), ("comment", "评语"), ("confirmed_at", "确认时间"),
    ("confirmed_by", "确认人"), ("consumed", "已消耗"), ("contacts", "联系人"), ("count", "次数"),
    ("deadline", "期限"), ("deaths", "死亡"), ("declined", "拒绝"), ("delivered_at", "送达时间"),
    ("departed_at", "出发时间"), ("department", "部门"), ("description", "内容"), ("device", "设备"),
    ("dispatched_at", "发运时间"), ("done_by", "完成时限"), ("draws", "取自批次"), ("due_at", "时限"),
    ("effective_at", "生效时间"), ("ended_at", "结束时间"), ("entered_at", "录入时间"), ("entered_by", "录入人"),
    ("equipment", "装备"), ("escalations", "升级"), ("event", "事件类型"), ("event_code", "事件代码"),
    ("evidence", "依据"), ("expires", "到期"), ("expires_at", "失效时间"), ("facilities", "消防设施"),
    ("failed_at", "下发失败时间"), ("fed_back_at", "反馈时间"), ("flags", "标记"), ("found_at", "发现时间"),
    ("frame", "原始报文"), ("gap", "职责空白"), ("grade", "等级"), ("grade_name", "等级"),
    ("happened_at", "发生时间"), ("hazards", "灾种"), ("headline", "标题"), ("held_at", "检查时间"),
    ("highest", "最高级别"), ("holder", "在岗人"), ("home", "驻地"), ("id", "编号"), ("in_transit", "在途"),
    ("incident", "事件"), ("incident_state", "事件状态"), ("injuries", "重伤"), ("inspections", "检查"),
    ("inspector", "检查人"), ("instruction", "防御指南"), ("issued_at", "发布时间"), ("item", "物资代码"),
    ("keeper", "保管员"), ("kind", "类型"), ("known_at", "获知时间"), ("last_at", "最近"), ("leader", "负责人"),
    ("level", "级别"), ("loaded", "入库"), ("loss", "直接损失"), ("lost", "丢失"), ("lots", "批次"),
    ("manual", "人工级别"), ("matter", "事项"), ("messages", "报文"), ("minimum", "最低储备"),
    ("minimums", "最低储备"), ("missed", "已误时限"), ("msg_type", "报文类型"), ("muted", "不再自动启动"),
    ("name", "名称"), ("next", "下一时限"), ("note", "备注"), ("on_hand", "在库"), ("onset_at", "开始时间"),
    ("orders", "指令"), ("parent", "上级"), ("person", "人员"), ("phone", "电话"), ("photos", "照片"),
    ("plan", "预案"), ("platform", "平台"), ("position", "位置"), ("post", "岗位"), ("proposed", "建议级别"),
    ("proposed_at", "建议时间"), ("quality", "质量"), ("quantity", "数量"), ("reason", "理由"),
    ("received", "接收"), ("received_at", "接收时间"), ("reference", "来文编号"), ("refused", "未采纳"),
    ("region", "区划"), ("reported_at", "上报时间"), ("reporter", "上报人"), ("reserved", "已预留"),
    ("reserved_at", "预留时间"), ("response", "响应"), ("result", "结果"), ("returned", "已退回"),
    ("returns", "退回"), ("scene", "现场"), ("score", "评分"), ("sender", "发布单位"),
    ("sender_name", "发布单位"), ("severity", "严重程度"), ("short", "不足"), ("since", "自"), ("size", "人数"),
    ("speed_kmh", "时速"), ("spared", "未调用"), ("started_at", "启动时间"), ("state", "状态"), ("states", "状态"),
    ("status", "状态"), ("store", "仓库"), ("store_name", "仓库"), ("target", "报送至"), ("team", "队伍"),
    ("text", "内容"), ("title", "标题"), ("trade", "行业"), ("tries", "次数"), ("unit", "单位"),
    ("unit_name", "单位"), ("until", "至"), ("urgency", "紧急程度"), ("value", "数值"), ("version", "版本"),
    ("village", "村社"), ("village_name", "村社"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use tocsin_core::thing::Noun;

    #[test]
    fn every_word_stands_once() {
        for table in [WORDS, FIELDS] {
            let words: BTreeSet<&str> = table.iter().map(|(word, _)| *word).collect();
            assert_eq!(words.len(), table.len());
        }
    }

    #[test]
    fn every_change_of_every_room_has_a_word() {
        let missing: BTreeSet<&str> = Noun::ALL
            .iter()
            .flat_map(|noun| noun.changes())
            .copied()
            .filter(|change| chinese(WORDS, change) == *change)
            .collect();
        assert!(missing.is_empty(), "without a Chinese word: {missing:?}");
    }
}
