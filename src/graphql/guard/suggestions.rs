//! Which field was meant: for those who may read the schema anyhow.

use async_graphql::Response;

use super::Prices;

/// Longest name that is compared with others. The work is bounded by it and by the entries of `errors` that are kept.
const LONGEST_NAME: usize = 50;

/// Adds to each error about a field that does not exist the existing one that its name is nearest to, if one is near.
pub fn suggest(response: &mut Response, prices: &Prices) {
    for error in &mut response.errors {
        if let Some(meant) = meant(&error.message, prices) {
            error.message += &format!(" Did you mean \"{meant}\"?");
        }
    }
}

/// async-graphql says `Unknown field "nmae" on type "Client".`
fn meant<'a>(message: &str, prices: &'a Prices) -> Option<&'a str> {
    let (name, on) = message
        .strip_prefix("Unknown field \"")?
        .strip_suffix("\".")?
        .split_once("\" on type \"")?;
    if name.len() > LONGEST_NAME {
        return None;
    }
    prices
        .names(on)
        .map(|other| (strsim::osa_distance(name, other), other))
        .filter(|(distance, other)| *distance <= name.len().max(other.len()) / 3)
        .min()
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use async_graphql::ServerError;

    use super::*;

    fn told(message: &str) -> String {
        let sdl = "type Query { client: Int clients: Int project: Int }";
        let mut response = Response::from_errors(vec![ServerError::new(message, None)]);
        suggest(&mut response, &Prices::from_sdl(sdl).unwrap());
        response.errors.remove(0).message
    }

    #[test]
    fn the_nearest_field_is_named() {
        let unknown = |name| format!("Unknown field \"{name}\" on type \"Query\".");
        for (name, meant) in [
            ("cleint", "client"),
            ("clientes", "clients"),
            ("projct", "project"),
        ] {
            let expected = format!("{} Did you mean \"{meant}\"?", unknown(name));
            assert_eq!(told(&unknown(name)), expected);
        }
        let long = "x".repeat(60);
        for name in ["people", &long, "a\" on type \"b"] {
            assert_eq!(told(&unknown(name)), unknown(name));
        }
        let other = "Unknown argument \"cleint\" on field \"client\" of type \"Query\".";
        assert_eq!(told(other), other);
    }
}
