//! GraphQL over HTTP: `POST /graphql`, and `GET` and `HEAD` for queries.
//!
//! Status codes and media types follow the GraphQL-over-HTTP specification. The
//! endpoint knows no schema and no viewer: it takes any executor, and the caller
//! adds to each request what its resolvers need.

mod answer;
mod call;
mod media;
mod once;
mod seal;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Executor, ServerError, parser};
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::header::{ALLOW, HeaderMap};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use futures_util::FutureExt;
use tokio::time::Instant;

use super::limits::Allowance;
use super::under_way::UnderWay;
use crate::error::Error;
use crate::graphql::error::{self, Code, coded};
use crate::graphql::future::Deprecations;
use crate::graphql::guard::{self, Cost, Prices};

use answer::Answer;
use call::Call;
use media::Media;
use once::Once;

pub(super) use answer::REPLAYED;
pub(super) use once::IDEMPOTENCY_KEY;
pub use once::{Keeper, LONGEST_KEPT, LONGEST_KEY};

/// Longest body of a request in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// The methods of the endpoint.
const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// A schema as it is served: with its prices, what of it is deprecated, and the time a request may take.
#[derive(Clone)]
pub struct Endpoint<E> {
    executor: E,
    prices: Arc<Prices>,
    deprecations: Arc<Deprecations>,
    time_out: Duration,
    /// Whether callers may read the schema, and are told what they may have meant.
    is_open: bool,
}

impl<E: Executor> Endpoint<E> {
    /// Serves `executor`, whose SDL is `sdl`; a request may take `time_out`, its body's arrival included.
    ///
    /// # Errors
    /// The parser's, when the text is no SDL.
    pub fn try_new(executor: E, sdl: &str, time_out: Duration) -> Result<Self, parser::Error> {
        Ok(Self {
            executor,
            prices: Arc::new(Prices::from_sdl(sdl)?),
            deprecations: Arc::new(Deprecations::from_sdl(sdl)?),
            time_out,
            is_open: true,
        })
    }

    /// The same for callers who may not read the schema: introspection is refused, and no error suggests a name.
    pub fn with_its_schema_hidden(self) -> Self {
        Self {
            is_open: false,
            ..self
        }
    }

    /// Answers one request. `prepare` adds the viewer, the loaders and whatever
    /// else resolvers read from their context.
    ///
    /// Every answer is JSON; every error in it has `extensions.code`. When its client goes away or its time is up a query
    /// stops where it is, and all else is carried to its end.
    pub async fn answer(
        &self,
        request: Request,
        prepare: impl FnOnce(async_graphql::Request) -> async_graphql::Request,
    ) -> Response {
        let request_id = super::request_id(request.headers());
        let media = Media::of_answer(request.headers());
        let answer = match self.run(request, &request_id, prepare).await {
            Ok(answer) => answer,
            Err(failure) => {
                let is_wrong_method = failure.is(Code::MethodNotAllowed);
                let mut answer = Answer::refused(failure, &request_id);
                if is_wrong_method {
                    // What is asked for is part of this URL, so that POST is all it allows.
                    answer.allow("POST");
                }
                answer
            }
        };
        answer.write(media.unwrap_or_default())
    }

    async fn run(
        &self,
        request: Request,
        request_id: &str,
        prepare: impl FnOnce(async_graphql::Request) -> async_graphql::Request,
    ) -> Result<Answer, Failure> {
        let deadline = Instant::now() + self.time_out;
        let under_way = UnderWay::of(&request);
        let once = Once::of(&request);
        let allowance = Allowance::of(&request);
        let only_reads = request.method().is_safe();
        let call = read(request, deadline).await?;
        let admitted = guard::admit(
            &call.query,
            call.operation.as_deref(),
            call.variables,
            &self.prices,
        )?;
        if only_reads && !admitted.is_query {
            // Whoever makes a browser follow a link sends its cookies along.
            let message = "Only queries can be sent by GET. Send this by POST.";
            return Err(Failure::of(Code::MethodNotAllowed, message));
        }
        if admitted.introspects && !self.is_open {
            let message = "You may not read the schema here: leave out `__schema` and `__type`.";
            return Err(Failure::of(Code::Forbidden, message));
        }
        if call.is_of_the_future {
            let operation = call.operation.as_deref();
            let (document, variables) = (&admitted.document, &admitted.variables);
            self.deprecations
                .check(document, operation, variables)
                .map_err(|error| Failure::new(error, admitted.cost))?;
        }
        let cost = match allowance {
            Some(allowance) => {
                allowance
                    .spend(admitted.cost, !admitted.is_query)
                    .map_err(|refused| {
                        let error = error::of_request(&refused, request_id);
                        Failure::new(error, admitted.cost)
                    })?
            }
            None => admitted.cost,
        };
        let mut request = async_graphql::Request::new(call.query).variables(admitted.variables);
        request.operation_name = call.operation;
        request.set_parsed_query(admitted.document);
        let execution = Execution {
            endpoint: self.clone(),
            request_id: request_id.to_owned(),
            cost,
        };
        let execution = execution.run(prepare(request));
        let seconds = self.time_out.as_secs();
        if admitted.is_query {
            let in_time = tokio::time::timeout_at(deadline, execution).await;
            return in_time.unwrap_or_else(|_| {
                let message = format!(
                    "The request took longer than {seconds} s and was given up. Ask for less, or try again."
                );
                Err(Failure::new(coded(Code::Timeout, message, None), cost))
            });
        }
        let once = once?;
        let id = request_id.to_owned();
        let execution = async move {
            match once {
                Some(once) => {
                    once.run(&call.digest, admitted.is_single, &id, execution)
                        .await
                }
                None => execution.await,
            }
        };
        // Dropped it would stop between two of its fields, or before the log has heard of it.
        let in_time = tokio::time::timeout_at(deadline, under_way.finish(execution)).await;
        match in_time {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(lost)) => {
                let error = error::of_request(&lost, request_id);
                Err(Failure::new(error, cost))
            }
            Err(_) => {
                let message = format!(
                    "The request takes longer than {seconds} s, and is carried to its end all the same. See what became of it before you send it again."
                );
                Err(Failure::new(coded(Code::Timeout, message, None), cost))
            }
        }
    }
}

async fn read(request: Request, deadline: Instant) -> Result<Call, Failure> {
    Media::of_answer(request.headers())?;
    if request.method().is_safe() {
        return call::of_url(request.uri());
    }
    media::check_content(request.headers())?;
    call::of_body(request, deadline).await
}

/// An admitted request with all that its answer takes.
struct Execution<E> {
    endpoint: Endpoint<E>,
    request_id: String,
    cost: Cost,
}

impl<E: Executor> Execution<E> {
    async fn run(self, request: async_graphql::Request) -> Result<Answer, Failure> {
        let response = self.execute(request).await;
        let mut response = response.map_err(|error| Failure::new(error, self.cost))?;
        error::mask(&mut response, &self.request_id);
        if self.endpoint.is_open {
            guard::suggest(&mut response, &self.endpoint.prices);
        }
        Ok(Answer::executed(response, self.cost))
    }

    /// Runs the resolvers. A panic of one ends this request only.
    async fn execute(
        &self,
        request: async_graphql::Request,
    ) -> Result<async_graphql::Response, ServerError> {
        let execution = AssertUnwindSafe(self.endpoint.executor.execute(request)).catch_unwind();
        execution.await.map_err(|panic| {
            let cause = super::panic_message(panic.as_ref());
            error::of_request(&Error::internal(cause), &self.request_id)
        })
    }
}

/// Every method of the endpoint, of which `handler` answers GET, HEAD and POST by [`Endpoint::answer`].
pub fn methods<H, T, S>(handler: H) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    get(handler.clone()).post(handler).fallback(other_method)
}

/// OPTIONS says which methods there are; all others are told by 405.
async fn other_method(method: Method, headers: HeaderMap) -> Response {
    if method == Method::OPTIONS {
        return (StatusCode::NO_CONTENT, [(ALLOW, METHODS)]).into_response();
    }
    let message = "Send GraphQL requests by POST, or queries by GET.";
    let failure = Failure::of(Code::MethodNotAllowed, message);
    let mut answer = Answer::refused(failure, &super::request_id(&headers));
    answer.allow(METHODS);
    answer.write(Media::of_answer(&headers).unwrap_or_default())
}

/// Answers a request that was refused before it reached the endpoint: without a
/// valid token, for example. The status is that of the error's code.
pub fn refuse(headers: &HeaderMap, failure: &Error) -> Response {
    let request_id = super::request_id(headers);
    Answer::refused(Failure::of_request(failure, &request_id), &request_id)
        .write(Media::of_answer(headers).unwrap_or_default())
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

    fn of_request(failure: &Error, request_id: &str) -> Self {
        Self::new(error::of_request(failure, request_id), Cost::default())
    }

    fn is(&self, code: Code) -> bool {
        answer::code(&self.error) == Some(code.as_str())
    }
}

impl From<guard::Refusal> for Failure {
    fn from(refusal: guard::Refusal) -> Self {
        Self::new(refusal.to_error(), refusal.cost)
    }
}
