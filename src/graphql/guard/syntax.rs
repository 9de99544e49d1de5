//! The parser's complaints as one sentence each.

use async_graphql::parser::Error;

use super::super::error::Code;
use super::Refusal;

/// Turns an error of the parser into a refusal.
///
/// A syntax error arrives as a drawing of the source over several lines, which
/// would not survive a log or a toast; only its last line says something new.
pub(super) fn refusal(error: &Error) -> Refusal {
    let position = error.positions().next();
    match error {
        Error::Syntax { message, .. } => {
            let expected = message
                .rsplit_once("= ")
                .map_or("this is not GraphQL", |(_, expected)| expected.trim());
            Refusal::new(
                Code::ParseFailed,
                format!("Syntax error: {expected}."),
                position,
            )
        }
        Error::RecursionLimitExceeded => {
            Refusal::too_complex("The query nests selections too deep.", position)
        }
        Error::OperationDuplicated { operation, .. } => Refusal::new(
            Code::ValidationFailed,
            format!("There is more than one operation named \"{operation}\"."),
            position,
        ),
        Error::FragmentDuplicated { fragment, .. } => Refusal::new(
            Code::ValidationFailed,
            format!("There is more than one fragment named \"{fragment}\"."),
            position,
        ),
        Error::MultipleOperations { .. } => Refusal::new(
            Code::ValidationFailed,
            "An operation without a name must be the only one of its document.",
            position,
        ),
        _ => Refusal::new(
            Code::ParseFailed,
            format!("Syntax error: {error}."),
            position,
        ),
    }
}
