//! A call that may be executed, and on what terms.

use async_graphql::Request;
use tokio::time::Instant;

use super::Failure;
use super::call::Call;
use super::once::Once;
use crate::graphql::error;
use crate::graphql::guard::{Admitted, Cost};
use crate::server::limits::Allowance;
use crate::server::under_way::UnderWay;

/// A call that the guard has admitted.
#[derive(Clone, Debug)]
pub(in crate::server) struct Asked {
    pub(super) call: Call,
    pub(super) admitted: Admitted,
}

impl Asked {
    pub(in crate::server) fn cost(&self) -> Cost {
        self.admitted.cost
    }

    pub(in crate::server) fn is_subscription(&self) -> bool {
        self.admitted.is_subscription
    }

    pub(in crate::server) fn is_mutation(&self) -> bool {
        !self.admitted.is_query && !self.admitted.is_subscription
    }

    /// What is executed.
    pub(in crate::server) fn into_request(self) -> Request {
        let mut request = Request::new(self.call.query).variables(self.admitted.variables);
        request.operation_name = self.call.operation;
        request.set_parsed_query(self.admitted.document);
        request
    }
}

/// On what terms an operation is executed.
pub(in crate::server) struct Terms<'a> {
    pub(in crate::server) request_id: &'a str,
    /// Until when it may take.
    pub(in crate::server) deadline: Instant,
    /// What keeps a mutation going when nobody waits for it any more.
    pub(in crate::server) under_way: &'a UnderWay,
    /// What its caller may have; none where nobody counts.
    pub(in crate::server) allowance: Option<Allowance>,
    /// The key that it has, if any, and so is executed once.
    pub(in crate::server) once: Result<Option<Once>, Failure>,
}

impl Terms<'_> {
    /// Takes what the operation costs from what its caller may have.
    ///
    /// # Errors
    /// The [`Allowance`]'s.
    pub(super) fn spend(&self, asked: &Asked) -> Result<Cost, Failure> {
        let Some(allowance) = &self.allowance else {
            return Ok(asked.cost());
        };
        let spent = allowance.spend(asked.cost(), asked.is_mutation());
        spent.map_err(|refused| {
            let error = error::of_request(&refused, self.request_id);
            Failure::new(error, asked.cost())
        })
    }
}
