//! Table 6, 模拟量类型: what a number on the wire measures.

/// How an analog value reads. The wire carries a signed 16-bit number of `1/per`
/// units.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    pub code: &'static str,
    pub name: &'static str,
    /// UCUM.
    pub unit: &'static str,
    /// As a duty officer writes it.
    pub sign: &'static str,
    /// Steps in one unit: dividing by ten gives 135.0 where multiplying by a
    /// tenth gives 135.00000000000003.
    pub per: f64,
    /// 有效值范围, in steps on the wire, both ends allowed.
    pub range: (i16, i16),
}

/// Of most quantities: 320, 3200 or 32000 units, by the step.
const USUAL: (i16, i16) = (0, 32_000);

/// The standard's own quantities; `None` for the reserved types.
pub fn quantity(analog: u8) -> Option<&'static Quantity> {
    QUANTITIES.get(usize::from(analog).checked_sub(1)?)
}

static QUANTITIES: [Quantity; 12] = [
    Quantity {
        code: "count.event", name: "事件计数", unit: "{event}", sign: "件", per: 1.0, range: USUAL
    },
    Quantity { code: "level", name: "高度", unit: "m", sign: "m", per: 100.0, range: USUAL },
    // -273 to 3200 degrees.
    Quantity {
        code: "temperature",
        name: "温度",
        unit: "Cel",
        sign: "℃",
        per: 10.0,
        range: (-2_730, 32_000),
    },
    Quantity { code: "pressure", name: "压力", unit: "MPa", sign: "MPa", per: 10.0, range: USUAL },
    Quantity { code: "pressure", name: "压力", unit: "kPa", sign: "kPa", per: 10.0, range: USUAL },
    Quantity {
        code: "gas.concentration",
        name: "气体浓度",
        unit: "%{LEL}",
        sign: "%LEL",
        per: 10.0,
        range: (0, 1_000),
    },
    Quantity { code: "duration", name: "时间", unit: "s", sign: "s", per: 1.0, range: USUAL },
    Quantity { code: "voltage", name: "电压", unit: "V", sign: "V", per: 10.0, range: USUAL },
    Quantity { code: "current", name: "电流", unit: "A", sign: "A", per: 10.0, range: USUAL },
    Quantity { code: "flow", name: "流量", unit: "L/s", sign: "L/s", per: 10.0, range: USUAL },
    Quantity { code: "airflow", name: "风量", unit: "m3/min", sign: "m³/min", per: 10.0, range: USUAL },
    Quantity { code: "air.speed", name: "风速", unit: "m/s", sign: "m/s", per: 1.0, range: (0, 20) },
];
