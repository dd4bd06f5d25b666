//! The names under which registers write each field, in Chinese and English.

/// A field, known by two letters: a table's columns are named so in the device of
/// its rows, which has 256 bytes.
pub type Field = &'static str;

pub const ID: Field = "id";
pub const DANGER: Field = "dg";
pub const UNIT: Field = "un";
pub const UNIT_NAME: Field = "um";
pub const NAME: Field = "nm";
pub const TEXT: Field = "tx";
pub const TYPE: Field = "ty";
pub const LEVEL: Field = "lv";
pub const CATEGORY: Field = "ca";
pub const TRADE: Field = "tr";
pub const SCALE: Field = "sc";
pub const REGION: Field = "re";
pub const VILLAGE: Field = "vi";
pub const ADDRESS: Field = "ad";
pub const POSITION: Field = "po";
pub const LON: Field = "lo";
pub const LAT: Field = "la";
pub const DATUM: Field = "da";
pub const CONTACT: Field = "co";
pub const PHONE: Field = "ph";
pub const HEAD: Field = "he";
pub const HEAD_PHONE: Field = "hp";
pub const OFFICER: Field = "of";
pub const OFFICER_PHONE: Field = "op";
pub const PHOTO: Field = "pi";
pub const DEADLINE: Field = "de";
pub const TIME: Field = "ti";
pub const UPDATED: Field = "up";
pub const MEASURE: Field = "me";
pub const PASSED: Field = "pa";
pub const RESULT: Field = "rs";
pub const RESPONSIBLE: Field = "rd";
pub const INSPECTOR: Field = "in";
pub const COUNT: Field = "cn";
pub const HAZARDS: Field = "hz";
pub const DANGERS: Field = "dl";
pub const STATUS: Field = "st";

/// Lower case, without blanks, `_`, `-` and what stands in brackets.
const NAMES: &[(Field, &[&str])] = &[
    (
        ID,
        &[
            "id",
            "reference",
            "ref",
            "recordid",
            "inspectionid",
            "drillid",
            "编号",
            "记录编号",
            "检查编号",
            "演练编号",
            "标识",
        ],
    ),
    (
        DANGER,
        &[
            "danger",
            "dangerid",
            "hazard",
            "hazardid",
            "hiddendanger",
            "hiddendangerid",
            "隐患编号",
            "隐患id",
            "隐患号",
        ],
    ),
    (
        UNIT,
        &[
            "unit",
            "unitid",
            "enterprise",
            "enterpriseid",
            "company",
            "companyid",
            "creditcode",
            "uscc",
            "企业编号",
            "企业id",
            "单位编号",
            "单位id",
            "统一社会信用代码",
            "社会信用代码",
            "信用代码",
        ],
    ),
    (
        UNIT_NAME,
        &[
            "unitname",
            "enterprisename",
            "companyname",
            "企业名称",
            "单位名称",
            "企业",
            "单位",
            "企业名",
            "单位名",
            "受检单位",
            "被检查单位",
            "隐患单位",
        ],
    ),
    (NAME, &["name", "title", "名称", "标题", "隐患名称", "隐患标题", "检查名称", "演练名称", "演练科目"]),
    (
        TEXT,
        &[
            "text",
            "content",
            "description",
            "desc",
            "detail",
            "内容",
            "描述",
            "隐患描述",
            "隐患内容",
            "问题",
            "问题描述",
            "检查内容",
        ],
    ),
    (TYPE, &["type", "kind", "recordtype", "记录类型", "类型"]),
    (
        LEVEL,
        &["level", "grade", "severity", "dangerlevel", "hazardlevel", "等级", "级别", "隐患等级", "隐患级别"],
    ),
    (CATEGORY, &["category", "dangertype", "hazardtype", "类别", "隐患类别", "隐患类型"]),
    (TRADE, &["trade", "industry", "sector", "行业", "行业类别", "所属行业", "行业领域", "行业类型"]),
    (SCALE, &["scale", "size", "规模", "企业规模"]),
    (
        REGION,
        &[
            "region",
            "regioncode",
            "township",
            "townshipcode",
            "town",
            "乡镇",
            "街道",
            "乡镇街道",
            "镇街",
            "所属乡镇",
            "所属镇街",
            "行政区划",
            "行政区划代码",
            "区划",
            "区划代码",
            "属地",
            "乡镇代码",
            "乡镇编码",
            "乡镇名称",
            "乡镇街道代码",
            "镇街代码",
            "街道代码",
            "属地代码",
        ],
    ),
    (
        VILLAGE,
        &[
            "village",
            "villagecode",
            "villagename",
            "community",
            "村",
            "村社",
            "村社区",
            "行政村",
            "社区",
            "所属村",
            "村代码",
            "村社代码",
            "村社区代码",
            "社区代码",
            "行政村代码",
        ],
    ),
    (
        ADDRESS,
        &["address", "place", "location", "地址", "地点", "企业地址", "单位地址", "隐患位置", "隐患地点"],
    ),
    (POSITION, &["position", "coordinates", "point", "坐标", "位置"]),
    (LON, &["lon", "lng", "longitude", "经度"]),
    (LAT, &["lat", "latitude", "纬度"]),
    (DATUM, &["datum", "crs", "坐标系"]),
    (CONTACT, &["contact", "contacts", "contactperson", "联系人"]),
    (PHONE, &["phone", "tel", "telephone", "mobile", "contactphone", "电话", "联系电话", "手机", "联系方式"]),
    (
        HEAD,
        &[
            "principal",
            "head",
            "manager",
            "legalperson",
            "legalrepresentative",
            "负责人",
            "主要负责人",
            "法定代表人",
            "法人",
            "企业负责人",
        ],
    ),
    (
        HEAD_PHONE,
        &[
            "principalphone",
            "headphone",
            "managerphone",
            "负责人电话",
            "主要负责人电话",
            "法人电话",
            "负责人手机",
        ],
    ),
    (OFFICER, &["officer", "safetyofficer", "安全员", "安全负责人", "安全管理员", "安全管理人员"]),
    (OFFICER_PHONE, &["officerphone", "safetyofficerphone", "安全员电话", "安全负责人电话"]),
    (
        PHOTO,
        &[
            "photo",
            "photos",
            "image",
            "images",
            "picture",
            "pictures",
            "attachment",
            "attachments",
            "照片",
            "图片",
            "隐患照片",
            "整改照片",
            "附件",
        ],
    ),
    (
        DEADLINE,
        &[
            "deadline",
            "due",
            "duedate",
            "dueat",
            "整改期限",
            "整改时限",
            "整改截止日期",
            "整改截止时间",
            "期限",
            "截止日期",
            "截止时间",
        ],
    ),
    (
        TIME,
        &[
            "time",
            "at",
            "date",
            "observed",
            "timestamp",
            "foundat",
            "found",
            "founddate",
            "reporttime",
            "rectifiedat",
            "recheckedat",
            "inspectedat",
            "heldat",
            "时间",
            "日期",
            "发现时间",
            "发现日期",
            "上报时间",
            "排查时间",
            "检查时间",
            "检查日期",
            "整改时间",
            "整改日期",
            "整改完成时间",
            "完成时间",
            "复查时间",
            "复查日期",
            "演练时间",
            "演练日期",
        ],
    ),
    (
        UPDATED,
        &[
            "updated",
            "updatedat",
            "updatetime",
            "asof",
            "registeredat",
            "更新时间",
            "更新日期",
            "登记时间",
            "登记日期",
        ],
    ),
    (
        MEASURE,
        &["measure", "measures", "action", "rectification", "整改措施", "整改情况", "整改内容", "措施"],
    ),
    (
        PASSED,
        &[
            "passed",
            "pass",
            "qualified",
            "conclusion",
            "是否通过",
            "是否合格",
            "复查结果",
            "复查结论",
            "检查结果",
            "检查结论",
            "结论",
        ],
    ),
    (RESULT, &["result", "opinion", "remark", "note", "reason", "结果", "复查意见", "意见", "备注", "说明"]),
    (
        RESPONSIBLE,
        &[
            "responsible",
            "responsibledepartment",
            "department",
            "supervisor",
            "责任部门",
            "监管部门",
            "主管部门",
            "整改责任部门",
            "牵头部门",
        ],
    ),
    (
        INSPECTOR,
        &[
            "inspector",
            "inspectors",
            "finder",
            "reporter",
            "rechecker",
            "检查人",
            "检查人员",
            "复查人",
            "复查人员",
            "发现人",
            "上报人",
        ],
    ),
    (COUNT, &["dangercount", "hazardcount", "count", "隐患数", "隐患数量", "发现隐患数"]),
    (
        HAZARDS,
        &[
            "hazards",
            "hazardsources",
            "risks",
            "riskpoints",
            "危险源",
            "重大危险源",
            "风险点",
            "危险因素",
            "主要危险因素",
        ],
    ),
    (DANGERS, &["dangers", "hiddendangers", "隐患", "隐患清单", "隐患列表"]),
    (STATUS, &["status", "state", "状态", "企业状态", "经营状态", "隐患状态"]),
];

/// The field that a name means.
pub fn named(written: &str) -> Option<Field> {
    let name = plain(written);
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
}

/// The field of two letters.
pub fn of_code(code: &str) -> Option<Field> {
    NAMES.iter().find(|(field, _)| *field == code).map(|(field, _)| *field)
}

/// How a refusal names a field: as most write it.
pub fn shown(field: Field) -> &'static str {
    NAMES
        .iter()
        .find(|(known, _)| *known == field)
        .and_then(|(_, names)| names.first())
        .copied()
        .unwrap_or(field)
}

/// `隐患 等级(必填)` is `隐患等级`, `Unit_ID` is `unitid`.
fn plain(written: &str) -> String {
    let mut depth = 0_usize;
    let mut name = String::with_capacity(written.len());
    for c in written.chars().map(tocsin_sdk::field::half_width) {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() || matches!(c, '_' | '-' | '*' | '\u{feff}' | '/' | '、') => {
            }
            _ => name.extend(c.to_lowercase()),
        }
    }
    name
}
