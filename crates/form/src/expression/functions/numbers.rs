//! Numbers.

use super::{Arguments, Function, at_least, between, exactly, number};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;

pub(super) const TABLE: &[Function] = &[
    between("number", 0, 1, |a| number(a.outcome_or_here()?.to_number())),
    // Minus zero is no whole number anybody means.
    exactly("int", 1, |a| number(a.number(0)?.trunc() + 0.0)),
    between("round", 1, 2, round),
    exactly("floor", 1, |a| number(a.number(0)?.floor())),
    exactly("ceiling", 1, |a| number(a.number(0)?.ceil())),
    exactly("abs", 1, |a| number(a.number(0)?.abs())),
    exactly("pow", 2, |a| number(a.number(0)?.powf(a.number(1)?))),
    exactly("sqrt", 1, |a| number(a.number(0)?.sqrt())),
    exactly("exp", 1, |a| number(a.number(0)?.exp())),
    exactly("exp10", 1, |a| number(10_f64.powf(a.number(0)?))),
    exactly("log", 1, |a| number(a.number(0)?.ln())),
    exactly("log10", 1, |a| number(a.number(0)?.log10())),
    exactly("sin", 1, |a| number(a.number(0)?.sin())),
    exactly("cos", 1, |a| number(a.number(0)?.cos())),
    exactly("tan", 1, |a| number(a.number(0)?.tan())),
    exactly("asin", 1, |a| number(a.number(0)?.asin())),
    exactly("acos", 1, |a| number(a.number(0)?.acos())),
    exactly("atan", 1, |a| number(a.number(0)?.atan())),
    exactly("atan2", 2, |a| number(a.number(0)?.atan2(a.number(1)?))),
    exactly("pi", 0, |_| number(std::f64::consts::PI)),
    at_least("max", 0, |a| extreme(a, f64::max)),
    at_least("min", 0, |a| extreme(a, f64::min)),
    exactly("sum", 1, sum),
];

/// Sums up what is a number among the nodes.
fn sum(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let nodes = arguments.nodes(0)?;
    number(
        nodes
            .iter()
            .map(|node| node.to_number())
            .filter(|number| !number.is_nan())
            .sum::<f64>()
            + 0.0,
    )
}

/// The largest or smallest of what is a number; NaN if nothing is.
fn extreme(arguments: &Arguments<'_>, choose: fn(f64, f64) -> f64) -> Result<Outcome, EvalError> {
    let all = arguments.spread(0)?;
    let numbers = all
        .iter()
        .map(Outcome::to_number)
        .filter(|number| !number.is_nan());
    number(numbers.reduce(choose).unwrap_or(f64::NAN))
}

fn round(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let value = arguments.number(0)?;
    let places = if arguments.len() == 2 {
        arguments.number(1)?.trunc()
    } else {
        0.0
    };
    if !value.is_finite() {
        return number(value);
    }
    if places.is_nan() || places.abs() > 30.0 {
        return number(f64::NAN);
    }
    number(round_to(value, places as i32))
}

/// Rounds as it is done on paper, from the decimals that are written: 1.005 becomes 1.01, though
/// the number in the machine lies a little below. A half goes up, so -2.5 becomes -2.
fn round_to(value: f64, places: i32) -> f64 {
    let Ok(places) = usize::try_from(places) else {
        let unit = 10_f64.powi(-places);
        return (value / unit + 0.5).trunc() * unit;
    };
    let written = value.abs().to_string();
    let (whole, decimals) = written.split_once('.').unwrap_or((&written, ""));
    let Some((kept, dropped)) = decimals.split_at_checked(places) else {
        return value;
    };
    let is_half = dropped.trim_end_matches('0') == "5";
    let goes_up = if is_half {
        value > 0.0
    } else {
        dropped.starts_with(['5', '6', '7', '8', '9'])
    };
    let Ok(low) = format!("{whole}.{kept}").parse::<f64>() else {
        return value;
    };
    if !goes_up {
        return low.copysign(value) + 0.0;
    }
    // Counting the last digit up as text keeps the outcome the number that is nearest to what is written.
    let mut digits: Vec<u8> = format!("0{whole}.{kept}").into_bytes();
    for digit in digits.iter_mut().rev().filter(|digit| digit.is_ascii_digit()) {
        if *digit == b'9' {
            *digit = b'0';
        } else {
            *digit += 1;
            break;
        }
    }
    let high = String::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse::<f64>().ok());
    high.map_or(value, |high| high.copysign(value))
}

#[cfg(test)]
mod tests {
    use super::round_to;

    #[test]
    fn a_half_goes_up_as_written() {
        for (value, places, rounded) in [
            (2.5, 0, 3.0),
            (-2.5, 0, -2.0),
            (-2.51, 0, -3.0),
            (1.005, 2, 1.01),
            (9.995, 2, 10.0),
            (0.4999, 0, 0.0),
            (-0.4, 0, 0.0),
            (33.33, -1, 30.0),
            (1234.5, -2, 1200.0),
            (7.0, 3, 7.0),
        ] {
            assert_eq!(round_to(value, places), rounded, "{value} to {places}");
        }
    }
}
