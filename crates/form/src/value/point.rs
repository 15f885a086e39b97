//! Places, and lines and areas of them.

use std::fmt;

/// The most places of a line or an area.
const MAX_POINTS: usize = 20_000;

/// A place on earth.
///
/// Its `Debug` shows nothing of it, so that no answer gets into a log.
#[derive(Clone, Copy, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres above the ellipsoid; 0 if unknown.
    pub altitude: f64,
    /// Metres of uncertainty; 0 if unknown.
    pub accuracy: f64,
}

impl Point {
    /// Reads `latitude longitude altitude accuracy`, of which the last two may be left out.
    pub(super) fn read(text: &str) -> Option<Point> {
        let mut numbers = text.split_whitespace().map(super::decimal);
        let latitude = numbers.next()??;
        let longitude = numbers.next()??;
        let altitude = numbers.next().unwrap_or(Some(0.0))?;
        let accuracy = numbers.next().unwrap_or(Some(0.0))?;
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && accuracy >= 0.0;
        (on_earth && numbers.next().is_none()).then_some(Point {
            latitude,
            longitude,
            altitude,
            accuracy,
        })
    }
}

/// Reads a line: at least two places, with `;` between them.
pub(super) fn line(text: &str) -> Option<Vec<Point>> {
    points(text).filter(|points| points.len() >= 2)
}

/// Reads an area: at least three places, of which the last is the first again.
pub(super) fn area(text: &str) -> Option<Vec<Point>> {
    let points = points(text)?;
    let (first, last) = (points.first()?, points.last()?);
    let is_closed = first.latitude == last.latitude && first.longitude == last.longitude;
    (points.len() >= 3 && is_closed).then_some(points)
}

/// Writes places with `;` between them.
pub(super) fn text(points: &[Point]) -> String {
    let texts: Vec<String> = points.iter().map(Point::to_string).collect();
    texts.join("; ")
}

fn points(text: &str) -> Option<Vec<Point>> {
    let text = text.trim();
    let text = text.strip_suffix(';').unwrap_or(text);
    text.split(';')
        .take(MAX_POINTS + 1)
        .map(Point::read)
        .collect::<Option<Vec<_>>>()
        .filter(|points| points.len() <= MAX_POINTS)
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point {
            latitude,
            longitude,
            altitude,
            accuracy,
        } = self;
        write!(f, "{latitude} {longitude} {altitude} {accuracy}")
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Point(…)")
    }
}
