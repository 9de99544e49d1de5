//! Where a failed field leaves its null.
//!
//! The GraphQL specification (section 6.4.4) sets a nullable field that failed to
//! null, and lets the failure climb only through non-null ones. async-graphql does
//! so for values that fail to resolve, but an `Err` of a resolver climbs past its
//! own nullable field, takes the parent with it and stops its siblings. This
//! extension stops it where it belongs, for every resolver of `Result<Option<T>>`.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::{Response, ServerError, ServerResult, Value, async_trait};

/// Makes the extension of each request; every schema is built with it.
pub struct FieldErrors;

impl ExtensionFactory for FieldErrors {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Collector::default())
    }
}

#[derive(Default)]
struct Collector {
    errors: Mutex<Vec<ServerError>>,
}

impl Collector {
    fn with_errors<T>(&self, act: impl FnOnce(&mut Vec<ServerError>) -> T) -> T {
        act(&mut self.errors.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait::async_trait]
impl Extension for Collector {
    async fn execute(
        &self,
        context: &ExtensionContext<'_>,
        operation: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(context, operation).await;
        response.errors.extend(self.with_errors(std::mem::take));
        response
    }

    async fn resolve(
        &self,
        context: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let is_nullable = !info.return_type.ends_with('!');
        match next.run(context, info).await {
            Err(error) if is_nullable => {
                self.with_errors(|errors| errors.push(error));
                Ok(Some(Value::Null))
            }
            outcome => outcome,
        }
    }
}
