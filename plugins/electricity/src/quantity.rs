//! What boxes and meters measure: names, units, and between what a number can lie.

/// One kind of number.
#[derive(Debug, PartialEq)]
pub struct Quantity {
    pub code: &'static str,
    pub name: &'static str,
    /// UCUM.
    pub unit: &'static str,
    /// As a duty officer writes it.
    pub sign: &'static str,
    /// Both ends allowed.
    pub range: (f64, f64),
    /// Of what is not zero: less than its instruments resolve is another unit.
    pub least: f64,
}

pub const RESIDUAL: Quantity = quantity("current.residual", "剩余电流", "mA", "mA", (0.0, 30_000.0), 1.0);
pub const TEMPERATURE: Quantity = quantity("temperature", "导线温度", "Cel", "℃", (-40.0, 200.0), 0.0);
pub const BOX_TEMPERATURE: Quantity =
    quantity("temperature.box", "箱内温度", "Cel", "℃", (-40.0, 200.0), 0.0);
pub const VOLTAGE: Quantity = quantity("voltage", "电压", "V", "V", (0.0, 1_000.0), 0.0);
pub const CURRENT: Quantity = quantity("current", "电流", "A", "A", (0.0, 2_000.0), 0.0);
pub const POWER: Quantity = quantity("power.active", "功率", "W", "W", (-1e7, 1e7), 0.0);
pub const SIGNAL: Quantity = quantity("signal.strength", "信号强度", "dB[mW]", "dBm", (-150.0, 0.0), 0.0);

const fn quantity(
    code: &'static str,
    name: &'static str,
    unit: &'static str,
    sign: &'static str,
    range: (f64, f64),
    least: f64,
) -> Quantity {
    Quantity { code, name, unit, sign, range, least }
}

/// By its code, for register maps.
pub fn find(code: &str) -> Option<&'static Quantity> {
    [&RESIDUAL, &TEMPERATURE, &BOX_TEMPERATURE, &VOLTAGE, &CURRENT, &POWER, &SIGNAL]
        .into_iter()
        .find(|quantity| quantity.code == code)
}

impl Quantity {
    /// Why the number cannot be one in this unit.
    pub fn fault(&self, value: f64) -> Option<String> {
        let (least, most) = self.range;
        let (name, sign) = (self.name, self.sign);
        if value < least || value > most {
            return Some(format!(
                "{name} {value} 不在 {least} 到 {most} {sign} 之间, 疑为单位有误 (out of range: another unit?)"
            ));
        }
        (value != 0.0 && value.abs() < self.least).then(|| {
            format!(
                "{name} {value} 小于仪表分辨力 {} {sign}, 疑为单位有误 (too small: another unit?)",
                self.least
            )
        })
    }

    /// A number with another unit written behind it, in this one's.
    pub fn convert(&self, value: f64, unit: &str) -> Option<f64> {
        let unit = unit.trim();
        if unit.is_empty() || unit.eq_ignore_ascii_case(self.sign) || unit.eq_ignore_ascii_case(self.unit) {
            return Some(value);
        }
        match (self.unit, unit) {
            ("mA", "A" | "a") => Some(value * 1_000.0),
            ("A", "mA" | "ma") => Some(value / 1_000.0),
            ("Cel", "C" | "c" | "°C" | "度" | "摄氏度") => Some(value),
            ("Cel", "K") => Some(value - 273.15),
            ("V", "kV" | "KV") => Some(value * 1_000.0),
            ("V", "mV") => Some(value / 1_000.0),
            ("W", "kW" | "KW") => Some(value * 1_000.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_unit_shows() {
        let check = |quantity: &Quantity, value, is_right: bool| {
            assert_eq!(quantity.fault(value).is_none(), is_right, "{} {value}", quantity.code);
        };
        // 0.3 A, 298 K, 220000 mV, 35000 mA.
        for (quantity, value) in [
            (&RESIDUAL, 0.3),
            (&TEMPERATURE, 298.15),
            (&VOLTAGE, 220_000.0),
            (&CURRENT, 35_000.0),
            (&RESIDUAL, -1.0),
        ] {
            check(quantity, value, false);
        }
        for (quantity, value) in [
            (&RESIDUAL, 0.0),
            (&RESIDUAL, 1.0),
            (&TEMPERATURE, -39.9),
            (&VOLTAGE, 0.0),
            (&CURRENT, 0.02),
            (&SIGNAL, -71.0),
        ] {
            check(quantity, value, true);
        }
    }
}
