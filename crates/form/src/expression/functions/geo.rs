//! Places, lines and shapes. Lengths are in metres, areas in square metres.

use super::{Arguments, Function, at_least, boolean, exactly, number};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;

pub(super) const TABLE: &[Function] = &[
    exactly("area", 1, area),
    exactly("enclosed-area", 1, area),
    at_least("distance", 1, |a| {
        let points = points(a, 0..a.len())?;
        number(points.windows(2).map(length).sum())
    }),
    exactly("geofence", 2, geofence),
    exactly("intersects", 1, |a| {
        boolean(crosses_itself(a, &points(a, 0..1)?)?)
    }),
];

/// The radius of the earth that ODK clients reckon with.
const EARTH_RADIUS: f64 = 6_378_100.0;

/// Latitude and longitude, in degrees.
type Degrees = (f64, f64);

/// The points in these arguments: of places, lines and shapes, and of several nodes of them.
fn points(arguments: &Arguments<'_>, which: std::ops::Range<usize>) -> Result<Vec<Degrees>, EvalError> {
    let mut points = Vec::new();
    for nth in which {
        match arguments.outcome(nth)? {
            Outcome::Nodes(nodes) => {
                for node in nodes {
                    add(arguments, &node.text, &mut points)?;
                }
            }
            other => add(arguments, &other.to_text(), &mut points)?,
        }
    }
    Ok(points)
}

fn add(arguments: &Arguments<'_>, text: &str, points: &mut Vec<Degrees>) -> Result<(), EvalError> {
    arguments.evaluator.spend(1 + text.len() as u64 / 16)?;
    for point in text.split(';').map(str::trim).filter(|point| !point.is_empty()) {
        let mut numbers = point.split_whitespace().map(str::parse::<f64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(latitude)), Some(Ok(longitude)))
                if latitude.abs() <= 90.0
                    && longitude.abs() <= 180.0
                    && numbers.all(|number| number.is_ok()) =>
            {
                points.push((latitude, longitude));
            }
            _ => {
                return Err(EvalError::Argument {
                    function: arguments.function.name,
                    why: "takes places, each written as latitude, longitude and perhaps altitude and accuracy",
                });
            }
        }
    }
    Ok(())
}

/// How far two places are from one another, by the law of cosines on a globe.
fn length(pair: &[Degrees]) -> f64 {
    let &[(latitude, longitude), (other_latitude, other_longitude)] = pair else {
        return 0.0;
    };
    // The law of cosines is not exact enough to find that there is no way between a place and itself.
    if latitude == other_latitude && longitude == other_longitude {
        return 0.0;
    }
    let between = (longitude - other_longitude).to_radians();
    let (here, there) = (latitude.to_radians(), other_latitude.to_radians());
    // Rounding may leave a little more than 1, of which there is no arc cosine.
    let cosine = here.sin() * there.sin() + here.cos() * there.cos() * between.cos();
    cosine.clamp(-1.0, 1.0).acos() * EARTH_RADIUS
}

/// The area inside a line, as if the ground around its first point were flat.
fn area(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let points = points(arguments, 0..1)?;
    let Some((&(latitude, longitude), rest)) = points.split_first().filter(|(_, rest)| rest.len() >= 2)
    else {
        return number(0.0);
    };
    let a_degree = EARTH_RADIUS * std::f64::consts::TAU / 360.0;
    let flat: Vec<(f64, f64)> = rest
        .iter()
        .map(|(other_latitude, other_longitude)| {
            (
                (other_longitude - longitude) * a_degree * other_latitude.to_radians().cos(),
                (other_latitude - latitude) * a_degree,
            )
        })
        .collect();
    let doubled: f64 = flat
        .windows(2)
        .map(|pair| match pair {
            [(x, y), (next_x, next_y)] => y * next_x - x * next_y,
            _ => 0.0,
        })
        .sum();
    number((doubled / 2.0).abs())
}

/// Whether a place is inside a shape, whose last point is its first.
fn geofence(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let place = points(arguments, 0..1)?;
    let shape = points(arguments, 1..2)?;
    let Some(&(latitude, longitude)) = place.first() else {
        return boolean(false);
    };
    // A ray to the east leaves a shape as often as it enters it only from outside.
    let crossed = shape.windows(2).filter(|pair| {
        let &[(before, before_longitude), (after, after_longitude)] = *pair else {
            return false;
        };
        (after > latitude) != (before > latitude)
            && longitude
                < (before_longitude - after_longitude) * (latitude - after) / (before - after)
                    + after_longitude
    });
    boolean(crossed.count() % 2 == 1)
}

/// Whether a line crosses or touches itself other than where its pieces follow on one another.
fn crosses_itself(arguments: &Arguments<'_>, points: &[Degrees]) -> Result<bool, EvalError> {
    let mut line = points.to_vec();
    line.dedup();
    let pieces: Vec<(Degrees, Degrees)> = line
        .windows(2)
        .filter_map(|pair| match pair {
            &[from, to] => Some((from, to)),
            _ => None,
        })
        .collect();
    let is_closed = line.first() == line.last();
    for (nth, one) in pieces.iter().enumerate() {
        for (other_nth, other) in pieces.iter().enumerate().skip(nth + 1) {
            arguments.evaluator.spend(1)?;
            let follow = other_nth == nth + 1;
            let meet_at_ends = is_closed && nth == 0 && other_nth + 1 == pieces.len();
            if follow || meet_at_ends {
                let (joint, before, after) = if follow {
                    (one.1, one.0, other.1)
                } else {
                    (one.0, one.1, other.0)
                };
                if goes_back(joint, before, after) {
                    return Ok(true);
                }
            } else if meet(*one, *other) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// On which side of the line from `from` to `to` a point is.
fn side(from: Degrees, to: Degrees, point: Degrees) -> f64 {
    (to.1 - from.1) * (point.0 - from.0) - (to.0 - from.0) * (point.1 - from.1)
}

/// Whether two pieces that meet at a joint lie on one another.
fn goes_back(joint: Degrees, before: Degrees, after: Degrees) -> bool {
    let towards = (before.0 - joint.0) * (after.0 - joint.0) + (before.1 - joint.1) * (after.1 - joint.1);
    side(joint, before, after) == 0.0 && towards > 0.0
}

fn meet(one: (Degrees, Degrees), other: (Degrees, Degrees)) -> bool {
    let sides = [
        side(other.0, other.1, one.0),
        side(other.0, other.1, one.1),
        side(one.0, one.1, other.0),
        side(one.0, one.1, other.1),
    ]
    .map(|side| if side == 0.0 { 0 } else { side.signum() as i8 });
    let [a, b, c, d] = sides;
    if a * b < 0 && c * d < 0 {
        return true;
    }
    let within = |(from, to): (Degrees, Degrees), point: Degrees| {
        (from.0.min(to.0)..=from.0.max(to.0)).contains(&point.0)
            && (from.1.min(to.1)..=from.1.max(to.1)).contains(&point.1)
    };
    (a == 0 && within(other, one.0))
        || (b == 0 && within(other, one.1))
        || (c == 0 && within(one, other.0))
        || (d == 0 && within(one, other.1))
}
