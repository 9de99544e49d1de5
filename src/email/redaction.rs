//! What mail servers repeat of ours, taken out of their words before anybody reads, keeps or logs them.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::mail_transport::Account;
use crate::masking;

/// What stands in the place of a secret.
const STARS: &str = "***";

/// All that gives an account away: user and password, plain and as AUTH encodes them. Shows none of it.
#[derive(Clone, Default)]
pub(super) struct Credentials(Vec<String>);

impl Credentials {
    /// Those of `account`; none without one.
    pub(super) fn of(account: Option<&Account>) -> Self {
        let Some(account) = account else {
            return Self::default();
        };
        let (user, password) = (account.user.reveal(), account.password.reveal());
        let plain = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        let [encoded_user, encoded_password] =
            [user, password].map(|secret| BASE64_STANDARD.encode(secret));
        // The longest first: what stands in another would leave the rest of it behind.
        let mut secrets = vec![
            plain,
            encoded_password,
            encoded_user,
            password.to_owned(),
            user.to_owned(),
        ];
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// `text` with stars in their place.
    pub(super) fn without(&self, text: &str) -> String {
        let secrets = self.0.iter();
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, STARS))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STARS)
    }
}

/// `text` with stars in place of the tokens of links: whoever has one can press the link. A spam filter names the links
/// for which it refuses a mail.
pub(super) fn without_tokens(text: &str) -> String {
    let links = masking::LINKS.into_iter();
    links.fold(text.to_owned(), |text, link| {
        masking::without(&text, link, STARS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::mail_transport::Secret;

    #[test]
    fn an_account_shows_in_no_form() {
        let account = Account {
            user: Secret::new("dana"),
            password: Secret::new("dana2026"),
            plain_text_allowed: true,
        };
        let credentials = Credentials::of(Some(&account));
        let said = "dana with dana2026 (AGRhbmEAZGFuYTIwMjY=, ZGFuYTIwMjY=, ZGFuYQ==) is wrong";
        assert_eq!(
            credentials.without(said),
            "*** with *** (***, ***, ***) is wrong"
        );
        assert_eq!(format!("{credentials:?}"), "***");
        assert_eq!(Credentials::of(None).without(said), said);
    }

    #[test]
    fn the_token_of_a_link_is_not_repeated_and_other_words_are() {
        let token = "AAF1c2Vy-_".repeat(8);
        assert_eq!(
            without_tokens(&format!(
                "blocked <https://agency.example/a/{token}>, /a/{token} and /sign-in/{token}."
            )),
            "blocked <https://agency.example/a/***>, /a/*** and /sign-in/***."
        );
        for harmless in [
            "",
            "/a/",
            "see /a/policy for more",
            "https://mail.example/a/b/c",
        ] {
            assert_eq!(without_tokens(harmless), harmless);
        }
    }
}
