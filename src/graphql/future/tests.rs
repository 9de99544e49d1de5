//! On a schema of its own: the product's has nothing deprecated that could be used.

use async_graphql::{EmptySubscription, Schema};
use async_graphql::{Enum, InputObject, Object, SimpleObject, Variables, value};
use serde_json::{Value, json};

use super::*;
use crate::graphql::guard::{Prices, admit};

struct Query;
struct Mutation;

#[derive(SimpleObject)]
struct Shop {
    name: &'static str,
    #[graphql(deprecation = "Use `name`.")]
    title: &'static str,
    #[graphql(deprecation)]
    motto: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
enum Size {
    Small,
    #[graphql(deprecation = "Use SMALL.")]
    Tiny,
}

#[derive(InputObject)]
struct ShopInput {
    size: Option<Size>,
    #[graphql(deprecation = "Use `size`.")]
    width: Option<i32>,
    branches: Option<Vec<ShopInput>>,
}

const SHOP: Shop = Shop {
    name: "a",
    title: "b",
    motto: "c",
};

#[Object]
impl Query {
    async fn shop(
        &self,
        #[graphql(deprecation = "Leave it out.")] color: Option<String>,
        size: Option<Size>,
    ) -> Shop {
        let _ = (color, size);
        SHOP
    }
}

#[Object]
impl Mutation {
    async fn shop_create(&self, input: ShopInput) -> Shop {
        let _ = (input.size, input.width, input.branches);
        SHOP
    }
}

/// The names and paths of what a request uses, as the refusal has them.
fn uses(document: &str, variables: Value) -> Vec<(String, String)> {
    let sdl = Schema::new(Query, Mutation, EmptySubscription).sdl();
    let prices = Prices::from_sdl(&sdl).unwrap();
    let variables = Variables::from_json(variables);
    let admitted = admit(document, None, variables, &prices).unwrap();
    let deprecations = Deprecations::from_sdl(&sdl).unwrap();
    let Err(error) = deprecations.check(&admitted.document, None, &admitted.variables) else {
        return Vec::new();
    };
    let extensions = error.extensions.unwrap();
    assert_eq!(extensions.get("code"), Some(&value!("DEPRECATED")));
    let listed = extensions.get("deprecated").unwrap().clone();
    let listed = listed.into_json().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let path = |value: &Value| {
        let steps: Vec<String> = value.as_array().unwrap().iter().map(text).collect();
        steps.join(".")
    };
    let listed = listed.as_array().unwrap().iter();
    listed
        .map(|one| (text(&one["name"]), path(&one["path"])))
        .collect()
}

fn one(name: &str, path: &str) -> (String, String) {
    (name.to_owned(), path.to_owned())
}

#[test]
fn fields_are_found_under_their_alias_and_in_fragments() {
    assert_eq!(uses("{ shop { name } }", json!({})), []);
    assert_eq!(
        uses("{ mine: shop { head: title } }", json!({})),
        [one("Shop.title", "mine.head")]
    );
    let spread =
        "{ shop { ...A ... on Shop { title } } again: shop { ...A } } fragment A on Shop { motto }";
    assert_eq!(
        uses(spread, json!({})),
        [
            one("Shop.motto", "shop.motto"),
            one("Shop.title", "shop.title")
        ]
    );
}

#[test]
fn arguments_and_the_values_in_them_are_found() {
    assert_eq!(
        uses(r#"{ shop(color: "red", size: TINY) { name } }"#, json!({})),
        [
            one("Query.shop(color)", "shop.color"),
            one("Size.TINY", "shop.size")
        ]
    );
    let nested =
        "mutation { shopCreate(input: { branches: [{ width: 1, size: TINY }] }) { name } }";
    assert_eq!(
        uses(nested, json!({})),
        [
            one("ShopInput.width", "shopCreate.input.branches.0.width"),
            one("Size.TINY", "shopCreate.input.branches.0.size")
        ]
    );
}

#[test]
fn what_comes_through_variables_and_their_defaults_is_found() {
    let document = "mutation ($input: ShopInput!) { shopCreate(input: $input) { name } }";
    assert_eq!(uses(document, json!({ "input": { "size": "SMALL" } })), []);
    assert_eq!(
        uses(
            document,
            json!({ "input": { "branches": [{}, { "width": null, "size": "TINY" }] } })
        ),
        [
            one("Size.TINY", "$input.branches.1.size"),
            one("ShopInput.width", "$input.branches.1.width")
        ]
    );
    let with_default = "query ($size: Size = TINY) { shop(size: $size) { name } }";
    assert_eq!(uses(with_default, json!({})), [one("Size.TINY", "$size")]);
    assert_eq!(uses(with_default, json!({ "size": "SMALL" })), []);
    let part = "mutation ($size: Size) { shopCreate(input: { size: $size }) { name } }";
    assert_eq!(
        uses(part, json!({ "size": "TINY" })),
        [one("Size.TINY", "$size")]
    );
}

#[test]
fn the_sentence_names_the_place_and_the_replacement() {
    let refusal = |names: &[&str]| {
        let uses = names.iter().map(|name| Use {
            name: format!("Shop.{name}"),
            path: vec!["shop".to_owned(), (*name).to_owned()],
            instead: "Use `name`".to_owned(),
        });
        refuse(uses.collect()).unwrap_err().message
    };
    assert_eq!(
        refusal(&["title"]),
        "Shop.title is deprecated, and used at shop.title: Use `name`."
    );
    assert_eq!(
        refusal(&["title", "motto"]),
        "Shop.title is deprecated, and used at shop.title: Use `name`. Beside it 1 more: see extensions.deprecated."
    );
    assert_eq!(refuse(Vec::new()), Ok(()));
}
