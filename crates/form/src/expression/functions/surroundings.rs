//! The form, the device and chance.

use super::{Arguments, Function, between, exactly, number, text};
use crate::expression::error::EvalError;
use crate::expression::outcome::Outcome;

pub(super) const TABLE: &[Function] = &[
    exactly("version", 0, |a| text(a.evaluator.context.form.version.as_str())),
    exactly("property", 1, property),
    exactly("random", 0, |a| number(a.evaluator.context.env.fraction())),
    between("uuid", 0, 1, uuid),
];

fn property(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let env = arguments.evaluator.context.env;
    let name = arguments.text(0)?.to_lowercase();
    text(match name.strip_prefix("uri:").unwrap_or(&name) {
        "deviceid" => env.device_id.as_str(),
        "username" => &env.username,
        "email" => &env.email,
        "phonenumber" | "phone number" => &env.phone_number,
        _ => "",
    })
}

/// A random UUID; with a number, so many random letters and digits.
fn uuid(arguments: &Arguments<'_>) -> Result<Outcome, EvalError> {
    let env = arguments.evaluator.context.env;
    if arguments.len() == 0 {
        return text(
            ::uuid::Builder::from_random_bytes(env.chance())
                .into_uuid()
                .to_string(),
        );
    }
    let length = (arguments.number(0)? as usize).min(256);
    let letter = |_| {
        char::from_digit((env.fraction() * 36.0) as u32, 36)
            .unwrap_or('0')
            .to_ascii_uppercase()
    };
    text((0..length).map(letter).collect::<String>())
}
