//! GeoJSON: places with properties.

use serde_json::Value;

use super::{TableError, Tree};

/// Reads a collection of features: each is a row of its `geometry` in the notation of ODK, its
/// `id` and its properties.
pub(super) fn read(text: &str) -> Result<Tree, TableError> {
    let json: Value = serde_json::from_str(text).map_err(|error| TableError::Json(error.to_string()))?;
    if json.get("type").and_then(Value::as_str) != Some("FeatureCollection") {
        return Err(refused("the GeoJSON has to be a `FeatureCollection`"));
    }
    let features = json
        .get("features")
        .and_then(Value::as_array)
        .ok_or_else(|| refused("the GeoJSON has no list of `features`"))?;
    let mut tree = Tree::new();
    tree.begin("root")?;
    for feature in features {
        if feature.get("type").and_then(Value::as_str) != Some("Feature") {
            return Err(refused("everything in `features` has to be a `Feature`"));
        }
        tree.begin("item")?;
        let geometry = feature.get("geometry").map_or(Ok(String::new()), geometry)?;
        tree.leaf("geometry", &geometry)?;
        let id = feature.get("id").map(written);
        if let Some(id) = &id {
            tree.leaf("id", id)?;
        }
        let properties = feature.get("properties").and_then(Value::as_object);
        for (name, value) in properties.into_iter().flatten() {
            if name != "geometry" && (name != "id" || id.is_none()) {
                tree.leaf(name, &written(value))?;
            }
        }
        tree.end();
    }
    Ok(tree.finished())
}

fn refused(why: &str) -> TableError {
    TableError::Geojson(why.to_owned())
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A point as `latitude longitude altitude accuracy`; lines and the outlines of shapes as points
/// with semicolons between them.
fn geometry(geometry: &Value) -> Result<String, TableError> {
    if geometry.is_null() {
        return Ok(String::new());
    }
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    let points: Vec<&Value> = match geometry.get("type").and_then(Value::as_str) {
        Some("Point") => vec![coordinates],
        Some("LineString") => coordinates.as_array().into_iter().flatten().collect(),
        Some("Polygon") => coordinates
            .get(0)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .collect(),
        _ => {
            return Err(refused(
                "only places that are a `Point`, `LineString` or `Polygon` can be selected from",
            ));
        }
    };
    let points: Option<Vec<String>> = points.into_iter().map(point).collect();
    points
        .map(|points| points.join("; "))
        .ok_or_else(|| refused("the coordinates of a place are longitude, latitude and perhaps altitude"))
}

fn point(coordinates: &Value) -> Option<String> {
    let number = |nth: usize| coordinates.get(nth).and_then(Value::as_f64);
    let (longitude, latitude) = (number(0)?, number(1)?);
    Some(format!("{latitude} {longitude} {} 0", number(2).unwrap_or(0.0)))
}
