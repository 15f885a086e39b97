//! A form that was sent from one of our own pages.

use axum::extract::{Form, FromRequest, Request};

use super::Console;
use super::problem::Problem;

/// The fields of a form that carries this session's form token: it comes from one of our own pages.
pub(crate) struct Posted {
    fields: Vec<(String, String)>,
}

/// The name of the field with the form token.
pub(crate) const FORM_TOKEN: &str = "form_token";

impl Posted {
    /// Returns the only value of a field; `None` if there is none or several.
    pub(crate) fn one<'a>(&'a self, name: &str) -> Option<&'a str> {
        let mut values = self.all(name);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// Returns all values of a field, in order.
    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.fields
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Console> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, console: &Console) -> Result<Self, Problem> {
        let fields = Form::<Vec<(String, String)>>::from_request(request, console).await;
        let Form(fields) = fields.map_err(|_| {
            Problem::bad_form(
                "The form is too long or not complete. Nothing was done. Go back and try again.",
            )
        })?;
        let posted = Self { fields };
        match posted
            .one(FORM_TOKEN)
            .is_some_and(|token| console.session().is_form_token(token))
        {
            true => Ok(posted),
            false => Err(Problem::foreign_form()),
        }
    }
}
