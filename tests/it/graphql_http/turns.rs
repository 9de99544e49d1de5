//! Who reads the schema leaves half of the machine to others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use async_graphql::{
    Data, EmptyMutation, EmptySubscription, Executor, Object, Request, Response, Schema,
};
use axum::body::Body;
use futures_util::future::join_all;
use futures_util::stream::BoxStream;
use meridian::server::graphql::Endpoint;
use serde_json::json;

struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }
}

/// A schema that takes a moment for each request, and counts how many it has under way.
#[derive(Clone)]
struct Busy {
    schema: Schema<Query, EmptyMutation, EmptySubscription>,
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Executor for Busy {
    async fn execute(&self, request: Request) -> Response {
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(under_way, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(10)).await;
        let response = self.schema.execute(request).await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        response
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        Executor::execute_stream(&self.schema, request, session_data)
    }
}

#[tokio::test]
async fn the_schema_is_read_by_turns() {
    let cores = available_parallelism().map_or(1, |cores| cores.get());
    let turns = (cores / 2).max(1);
    let reading = "{ __schema { queryType { name } } }";
    assert_eq!(most_under_way(reading, 20 * turns).await, turns);
    assert!(most_under_way("{ hello __typename }", 20 * turns).await > turns);
}

/// How many of `count` that ask this are under way at the same time.
async fn most_under_way(query: &str, count: usize) -> usize {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let sdl = schema.sdl();
    let busy = Busy {
        schema,
        under_way: Arc::default(),
        most: Arc::default(),
    };
    let endpoint = Endpoint::try_new(busy.clone(), &sdl, Duration::from_secs(10)).unwrap();
    let asked = (0..count).map(|_| {
        let request = axum::extract::Request::post("/graphql")
            .header("content-type", "application/json")
            .body(Body::from(json!({ "query": query }).to_string()))
            .unwrap();
        endpoint.answer(request, |request| request)
    });
    let answers = join_all(asked).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    busy.most.load(Ordering::SeqCst)
}
