//! GraphQL over HTTP: `POST /graphql`.
//!
//! Status codes and media types follow the GraphQL-over-HTTP specification. The
//! endpoint knows no schema and no viewer: it takes any executor, and the caller
//! adds to each request what its resolvers need.

mod answer;
mod call;
mod media;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor, ServerError};
use axum::extract::Request;
use axum::http::header::{ALLOW, HeaderMap, HeaderValue};
use axum::response::Response;
use futures_util::FutureExt;

use crate::error::Error;
use crate::graphql::error::{self, Code, coded};
use crate::graphql::guard::{self, Cost, Prices};

use answer::Answer;
use media::Media;

/// Longest body of a request in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// A schema as it is served: with its prices and the time a request may take.
#[derive(Clone)]
pub struct Endpoint<E> {
    executor: E,
    prices: Arc<Prices>,
    time_out: Duration,
}

impl<E: Executor> Endpoint<E> {
    /// Serves `executor`, whose lists `prices` knows; a request may take `time_out`.
    pub fn new(executor: E, prices: Prices, time_out: Duration) -> Self {
        Self {
            executor,
            prices: Arc::new(prices),
            time_out,
        }
    }

    /// Answers one request. `prepare` adds the viewer, the loaders and whatever
    /// else resolvers read from their context.
    ///
    /// Every answer is JSON; every error in it has `extensions.code`.
    pub async fn answer(
        &self,
        request: Request,
        prepare: impl FnOnce(async_graphql::Request) -> async_graphql::Request,
    ) -> Response {
        let request_id = super::request_id(request.headers());
        let media = Media::of_answer(request.headers());
        let answer = match self.run(request, &request_id, prepare).await {
            Ok(answer) => answer,
            Err(failure) => Answer::refused(failure, &request_id),
        };
        answer.write(media.unwrap_or_default())
    }

    async fn run(
        &self,
        request: Request,
        request_id: &str,
        prepare: impl FnOnce(async_graphql::Request) -> async_graphql::Request,
    ) -> Result<Answer, Failure> {
        Media::of_answer(request.headers())?;
        media::check_content(request.headers())?;
        let call = call::read(request).await?;
        let admitted = guard::admit(
            &call.query,
            call.operation.as_deref(),
            call.variables,
            &self.prices,
        )?;
        let mut request = async_graphql::Request::new(call.query).variables(admitted.variables);
        request.operation_name = call.operation;
        request.set_parsed_query(admitted.document);
        let response = self.execute(prepare(request), request_id).await;
        let mut response = response.map_err(|error| Failure::new(error, admitted.cost))?;
        error::mask(&mut response, request_id);
        Ok(Answer::executed(response, admitted.cost))
    }

    /// Runs the resolvers. A panic of one ends this request only.
    async fn execute(
        &self,
        request: async_graphql::Request,
        request_id: &str,
    ) -> Result<async_graphql::Response, ServerError> {
        let execution = AssertUnwindSafe(self.executor.execute(request)).catch_unwind();
        match tokio::time::timeout(self.time_out, execution).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(panic)) => {
                let cause = super::panic_message(panic.as_ref());
                Err(error::of_request(&Error::internal(cause), request_id))
            }
            Err(_) => Err(coded(
                Code::Timeout,
                format!(
                    "The request took longer than {} s and was given up. Ask for less, or try again.",
                    self.time_out.as_secs()
                ),
                None,
            )),
        }
    }
}

/// Answers a request that was refused before it reached the endpoint: without a
/// valid token, for example. The status is that of the error's code.
pub fn refuse(headers: &HeaderMap, failure: &Error) -> Response {
    let request_id = super::request_id(headers);
    let error = error::of_request(failure, &request_id);
    Answer::refused(Failure::new(error, Cost::default()), &request_id)
        .write(Media::of_answer(headers).unwrap_or_default())
}

/// Answers any method but POST: 405.
pub async fn method_not_allowed(headers: HeaderMap) -> Response {
    let failure = Failure::of(Code::MethodNotAllowed, "Send GraphQL requests by POST.");
    let mut response = Answer::refused(failure, &super::request_id(&headers))
        .write(Media::of_answer(&headers).unwrap_or_default());
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

/// A request that ends without being executed, or without an end to its execution.
#[derive(Debug)]
struct Failure {
    error: Box<ServerError>,
    cost: Cost,
}

impl Failure {
    fn new(error: ServerError, cost: Cost) -> Self {
        Self {
            error: Box::new(error),
            cost,
        }
    }

    fn of(code: Code, message: impl Into<String>) -> Self {
        Self::new(coded(code, message, None), Cost::default())
    }
}

impl From<guard::Refusal> for Failure {
    fn from(refusal: guard::Refusal) -> Self {
        Self::new(refusal.to_error(), refusal.cost)
    }
}
