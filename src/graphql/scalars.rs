//! Civil days and instants in the API.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::entity::{Day, Moment};

/// A civil day, without a time or a zone: `2026-11-23`.
#[Scalar(
    name = "Date",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let dashed = text.len() == 10;
        match text.parse() {
            Ok(date) if dashed => Ok(Self(date)),
            _ => Err(InputValueError::custom(format!(
                "“{}” is not a day of the calendar; write it like 2026-11-23.",
                crate::domain::check::shortened(text)
            ))),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An instant, in UTC, to the microsecond: `2026-11-23T08:00:00Z`. On input any offset is understood.
#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"
)]
impl ScalarType for Moment {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse().map(Self).map_err(|_| {
            InputValueError::custom(format!(
                "“{}” is not an instant; write it like 2026-11-23T08:00:00Z.",
                crate::domain::check::shortened(text)
            ))
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
