//! The client that asks the provider: within bounds, and nowhere else than it was told to.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::http::Response;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use url::Url;

use crate::config::goes_safely;
use crate::error::{Error, Result};

/// Bytes of an answer. Providers' lists of keys have some thousands.
const LONGEST: usize = 256 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    /// Others could read it on its way.
    #[error("the provider names an address without TLS: {0}")]
    Unsafe(Url),
    /// It is longer than it may be.
    #[error("the answer of {0} is longer than {LONGEST} bytes")]
    TooLong(Url),
    /// It did not come, or not in time.
    #[error(transparent)]
    Failed(#[from] reqwest::Error),
}

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Http(reqwest::Client);

impl Http {
    /// One that waits for an answer as long as `patience`.
    ///
    /// # Errors
    /// Internal, when TLS cannot be set up.
    pub(super) fn try_new(patience: Duration) -> Result<Self> {
        reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(patience)
            .build()
            .map(Self)
            .map_err(|error| Error::Internal(error.into()))
    }

    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let request = reqwest::Request::try_from(request)?;
        let url = request.url().clone();
        if !goes_safely(&url) {
            return Err(Unanswered::Unsafe(url));
        }
        let mut response = self.0.execute(request).await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LONGEST {
                return Err(Unanswered::TooLong(url));
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.answer(request))
    }
}
