//! What a page behind a link of a mail says and asks.

use askama::Template;
use axum::http::StatusCode;

use crate::email::line::Line;

/// A page.
#[derive(Debug, Template)]
#[template(path = "action.html")]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) text: Vec<String>,
    /// What can be pressed; none: there is nothing to do.
    pub(super) forms: Vec<Form>,
    /// Where else to go.
    pub(super) link: Option<Link>,
    /// Where the browser goes on to by itself.
    pub(super) goes_on: Option<String>,
}

/// Another page: below `/a/`, or by its path or address.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) token: String,
    pub(super) label: &'static str,
}

/// Something to press, with what it needs to know.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Of several forms, what this one is about.
    pub(super) heading: Option<String>,
    pub(super) text: Vec<String>,
    /// The token of the link that does it; none: this page's own.
    pub(super) token: Option<String>,
    pub(super) fields: Vec<Field>,
    /// The words on the button; none: it cannot be done, and the text says why.
    pub(super) button: Option<String>,
    /// Not what most come for.
    pub(super) is_quiet: bool,
}

/// Something to fill in.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) input: Input,
    /// What is wrong with what was filled in.
    pub(super) wrong: Option<String>,
}

#[derive(Debug)]
pub(super) enum Input {
    Text { value: String, most: usize },
    Email,
    Time { value: String },
    Select { options: Vec<Choice> },
    Radio { options: Vec<Choice> },
}

/// One of several to choose from.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

impl Page {
    /// A page that only says something.
    pub(super) fn saying(
        status: StatusCode,
        title: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self {
            status,
            title: title.into(),
            text: vec![text.into()],
            forms: Vec::new(),
            link: None,
            goes_on: None,
        }
    }

    /// A page that asks.
    pub(super) fn asking(title: impl Into<String>, text: Vec<String>, forms: Vec<Form>) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.into(),
            text,
            forms,
            link: None,
            goes_on: None,
        }
    }

    /// The same page with another one to go to.
    pub(super) fn leading_to(self, path: &str, label: &'static str) -> Self {
        let token = path.to_owned();
        Self {
            link: Some(Link { token, label }),
            ..self
        }
    }

    /// The same page, which a browser leaves at once for another site's. Not a redirect: browsers hold the policy on where forms
    /// go against every redirect that follows one, and a provider may send people on to others.
    pub(super) fn going_on_to(self, url: String) -> Self {
        Self {
            goes_on: Some(url.clone()),
            ..self.leading_to(&url, "Go on")
        }
    }

    /// The same page after something was filled in that cannot be.
    pub(super) fn refused(self) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..self
        }
    }
}

impl Form {
    /// The same form, with what is wrong with its first field.
    pub(super) fn wrong(mut self, message: &str) -> Self {
        if let Some(field) = self.fields.first_mut() {
            field.wrong = Some(message.to_owned());
        }
        self
    }

    /// A button and nothing else.
    pub(super) fn button(words: impl Into<String>) -> Self {
        Self {
            button: Some(words.into()),
            ..Self::default()
        }
    }
}

/// With a capital at its start.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A name as a page may show it.
pub(super) fn shown(name: &str) -> String {
    Line::from(name).to_string()
}
